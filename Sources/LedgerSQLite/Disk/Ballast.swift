public import Coinslot

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Space that is kept beside the ledger so that payments can still be recorded when the disk is full.
///
/// A file of real blocks, given back to the disk in one step when a commit finds no room. It must be much larger than the
/// log that SQLite moves into the ledger's file at once (4 MB), or that eats it. Once it was released nothing should be
/// sold until there is room again and `ensure` has taken it back.
public struct Ballast: Sendable {
  /// How much is kept unless told otherwise: 64 MiB.
  public static let bytes: Int64 = 64 << 20
  /// The file.
  public let path: String
  private let bytes: Int64

  /// The ballast of a data folder; nothing is written yet.
  public init(folder: String, bytes: Int64 = Self.bytes) {
    path = "\(folder)/ballast"
    self.bytes = bytes
  }

  /// Whether all of it is held, in blocks of its own.
  public var isHeld: Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return Int64(status.st_size) >= bytes && Int64(status.st_blocks) * 512 >= bytes
  }

  /// Takes the space, where it is not held yet; blocks while the disk finds it.
  ///
  /// - Throws: `LedgerError.notWritable` where there is no room for all of it; nothing is held then.
  public func ensure() throws(LedgerError) {
    if isHeld { return }
    Files.remove(path)
    let descriptor = try Files.openOrMake(path, exclusively: true)
    let trouble = fill(descriptor)
    _ = close(descriptor)
    if let trouble {
      Files.remove(path)
      throw .notWritable("\(path) cannot hold \(bytes) bytes: \(trouble)")
    }
    try Files.sync(file: path)
    try Files.sync(folder: Files.parent(of: path))
  }

  /// Gives the space back; false where none was held.
  public func release() -> Bool {
    guard Files.exists(path) else { return false }
    Files.remove(path)
    return !Files.exists(path)
  }

  /// Makes the file as long as it must be, with blocks of its own; gives what went wrong.
  private func fill(_ descriptor: Int32) -> String? {
    #if os(Linux)
      let failure = posix_fallocate(descriptor, 0, off_t(bytes))
      return failure == 0 ? nil : String(cString: strerror(failure))
    #else
      let piece = [UInt8](repeating: 0x43, count: 1 << 16)
      var left = bytes
      while left > 0 {
        let count = write(descriptor, piece, min(piece.count, Int(left)))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return Files.trouble() }
        left -= Int64(count)
      }
      return nil
    #endif
  }
}
