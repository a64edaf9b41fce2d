import Coinslot

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few dealings with files that SQLite does not do for us: private modes, and entries of folders that survive a
/// power cut.
enum Files {
  /// Opens a file for reading and writing, made with mode 0600; one with a wider mode is narrowed.
  ///
  /// - Throws: `LedgerError.notWritable`.
  static func openOrMake(_ path: String, exclusively: Bool = false) throws(LedgerError) -> Int32 {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (exclusively ? O_EXCL : 0)
    let descriptor = open(path, flags, 0o600)
    guard descriptor >= 0 else { throw .notWritable("\(path) cannot be opened for writing: \(trouble())") }
    guard fchmod(descriptor, 0o600) == 0 else {
      let trouble = trouble()
      _ = close(descriptor)
      throw .notWritable("\(path) cannot be made private (mode 0600): \(trouble)")
    }
    return descriptor
  }

  /// Makes sure that a private file is there and that its name survives a power cut.
  ///
  /// - Throws: `LedgerError.notWritable`.
  static func make(_ path: String, exclusively: Bool = false) throws(LedgerError) {
    let descriptor = try openOrMake(path, exclusively: exclusively)
    _ = close(descriptor)
    try sync(folder: parent(of: path))
  }

  /// Returns when a file's content is on the disk.
  ///
  /// - Throws: `LedgerError.notWritable`.
  static func sync(file path: String) throws(LedgerError) { try sync(path, O_RDWR) }

  /// Returns when a folder's entries are on the disk.
  ///
  /// - Throws: `LedgerError.notWritable`.
  static func sync(folder path: String) throws(LedgerError) { try sync(path, O_RDONLY | O_DIRECTORY) }

  /// Gives a file its final name, unless that name is taken.
  ///
  /// - Throws: `LedgerError.notWritable`; the file then keeps its old name.
  static func move(_ old: String, to new: String) throws(LedgerError) {
    if link(old, new) == 0 {
      _ = unlink(old)
    } else if errno == EPERM || errno == ENOTSUP || errno == EOPNOTSUPP {
      // A disk without hard links, a USB stick for one.
      guard !exists(new), rename(old, new) == 0 else { throw .notWritable("\(new) cannot be made: \(trouble())") }
    } else {
      throw .notWritable("\(new) cannot be made: \(trouble())")
    }
    try sync(folder: parent(of: new))
  }

  /// Whether something has this name, be it a link to nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Removes a file, if it is there.
  static func remove(_ path: String) { _ = unlink(path) }

  /// The folder that holds a path.
  static func parent(of path: String) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : Substring(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// What the operating system says went wrong last.
  static func trouble() -> String { String(cString: strerror(errno)) }

  private static func sync(_ path: String, _ flags: Int32) throws(LedgerError) {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw .notWritable("\(path) cannot be opened: \(trouble())") }
    let failed = fsync(descriptor) != 0
    let why = failed ? trouble() : ""
    _ = close(descriptor)
    if failed { throw .notWritable("\(path) cannot be synced to disk: \(why)") }
  }
}
