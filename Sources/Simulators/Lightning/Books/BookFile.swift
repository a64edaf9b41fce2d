import Primitives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file that keeps the books of a toy node over its end.
///
/// ## On failure
/// A new copy is written beside the file and takes its name: whenever the program is killed, the file is the one before
/// or the one after a change, never a half. It is not forced to the disk; toy money may go with the power.
package struct BookFile: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// The longest file that is read, bytes.
  package static let maxBytes = 256 << 20

  /// The books in the file; nil where there is no file.
  ///
  /// - Throws: `BookFileRefusal`.
  package func read() throws(BookFileRefusal) -> ToyInvoiceBook? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(path, code: errno)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { systemRead(file, $0) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0, bytes.count + count <= Self.maxBytes else { throw .file(path, code: count < 0 ? errno : EFBIG) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard let json = try? JSONValue(parsing: bytes) else { throw .notJSON }
    return try ToyInvoiceBook(json: json)
  }

  /// Writes the books; only their owner may read them.
  ///
  /// - Throws: `BookFileRefusal.file`; the file is the one before then.
  package func write(_ books: ToyInvoiceBook) throws(BookFileRefusal) {
    let bytes = books.json.bytes(style: .compact)
    let fresh = path + ".new"
    let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .file(fresh, code: errno) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { systemWrite(file, UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return try fail(file, fresh) }
      sent += count
    }
    close(file)
    guard rename(fresh, path) == 0 else { throw .file(path, code: errno) }
  }

  private func fail(_ file: Int32, _ path: String) throws(BookFileRefusal) {
    let code = errno
    close(file)
    unlink(path)
    throw .file(path, code: code)
  }
}

private func systemRead(_ file: Int32, _ space: UnsafeMutableRawBufferPointer) -> Int {
  read(file, space.baseAddress, space.count)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(file, bytes.baseAddress, bytes.count)
}
