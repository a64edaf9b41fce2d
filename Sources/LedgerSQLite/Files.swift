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

  /// The bytes of a small file; nil where there is none.
  ///
  /// - Throws: `LedgerError.notWritable` where it cannot be read or is longer than `limit`.
  static func content(_ path: String, limit: Int) throws(LedgerError) -> [UInt8]? {
    guard let bytes = try beginning(path, limit + 1) else { return nil }
    guard bytes.count <= limit else { throw .notWritable("\(path) is longer than \(limit) bytes") }
    return bytes
  }

  /// The first bytes of a file, or all of a shorter one; nil where there is none.
  ///
  /// - Throws: `LedgerError.notWritable` where it cannot be read.
  static func beginning(_ path: String, _ limit: Int) throws(LedgerError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .notWritable("\(path) cannot be read: \(trouble())")
    }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var length = 0
    while length < limit {
      let count = bytes.withUnsafeMutableBytes { space in
        read(descriptor, space.baseAddress?.advanced(by: length), limit - length)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .notWritable("\(path) cannot be read: \(trouble())") }
      if count == 0 { break }
      length += count
    }
    return Array(bytes.prefix(length))
  }

  /// Puts content in the place of a small file, whole or not at all; it is on the disk when this returns.
  ///
  /// - Throws: `LedgerError.notWritable`; the file is as before then.
  static func replace(_ path: String, with content: [UInt8]) throws(LedgerError) {
    let draft = "\(path).new"
    remove(draft)
    let descriptor = try openOrMake(draft, exclusively: true)
    var rest = content[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let why = trouble()
        _ = close(descriptor)
        remove(draft)
        throw .notWritable("\(draft) cannot be written: \(why)")
      }
      rest = rest.dropFirst(count)
    }
    _ = close(descriptor)
    try sync(file: draft)
    guard rename(draft, path) == 0 else { throw .notWritable("\(path) cannot be replaced: \(trouble())") }
    try sync(folder: parent(of: path))
  }

  /// Copies a file to a new private one; it is on the disk when this returns.
  ///
  /// - Throws: `LedgerError.notWritable`; there may be a part of the copy then.
  static func copy(_ old: String, to new: String) throws(LedgerError) {
    let source = open(old, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw .notWritable("\(old) cannot be read: \(trouble())") }
    defer { _ = close(source) }
    let target = try openOrMake(new, exclusively: true)
    defer { _ = close(target) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = bytes.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .notWritable("\(old) cannot be read: \(trouble())") }
      if count == 0 { break }
      var rest = bytes[..<count]
      while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(target, $0.baseAddress, $0.count) }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw .notWritable("\(new) cannot be written: \(trouble())") }
        rest = rest.dropFirst(written)
      }
    }
    try sync(file: new)
  }

  /// How long a file is; nil where there is none.
  static func size(_ path: String) -> Int64? {
    var status = stat()
    return lstat(path, &status) == 0 ? Int64(status.st_size) : nil
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
