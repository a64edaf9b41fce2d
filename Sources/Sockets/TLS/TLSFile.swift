#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads small files of certificates and keys.
enum TLSFile {
  static let maxBytes = 1 << 20

  /// The whole file.
  static func read(_ path: String) throws(TLSFileError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw errno == ENOENT ? .missing(path) : .unreadable(path, code: errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = systemRead(file, &buffer)
      if count < 0 {
        guard errno == EINTR else { throw .unreadable(path, code: errno) }
        continue
      }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= maxBytes else { throw .tooLong(path) }
    }
  }

  private static func systemRead(_ file: Int32, _ buffer: inout [UInt8]) -> Int {
    buffer.withUnsafeMutableBytes { space in
      #if canImport(Glibc)
        Glibc.read(file, space.baseAddress, space.count)
      #elseif canImport(Musl)
        Musl.read(file, space.baseAddress, space.count)
      #else
        Darwin.read(file, space.baseAddress, space.count)
      #endif
    }
  }

  /// Refuses a key that others than its owner and group may read, or others than its owner may write.
  static func refuseOpenKey(_ path: String) throws(TLSFileError) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw errno == ENOENT ? .missing(path) : .unreadable(path, code: errno) }
    guard facts.st_mode & 0o027 == 0 else { throw .readableByOthers(path) }
  }

  /// The wall clock, milliseconds since 1970.
  static var wallMS: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }
}
