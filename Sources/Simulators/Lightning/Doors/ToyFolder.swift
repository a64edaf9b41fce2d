#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a toy node keeps its files: a folder that is given, or a fresh one that goes with it.
struct ToyFolder: Sendable {
  let path: String
  private let isTemporary: Bool

  /// Makes the folder where it is not there, for its owner's eyes only.
  ///
  /// - Throws: `LightningSimulatorError.folder`.
  init(_ path: String?) throws(LightningSimulatorError) {
    isTemporary = path == nil
    if let path {
      self.path = path
      guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .folder(path, code: errno) }
      return
    }
    // Short: the path of a socket has room for about a hundred characters.
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base.utf8.count < 60 ? base : "/tmp")/coinslot-sim-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .folder(base, code: errno) }
    self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func has(_ name: String) -> Bool { access(file(name), R_OK) == 0 }

  /// Writes a file for its owner's eyes only, and gives its path.
  func write(_ bytes: [UInt8], _ name: String) throws(LightningSimulatorError) -> String {
    let path = file(name)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .folder(path, code: errno) }
    defer { close(file) }
    guard bytes.withUnsafeBytes({ systemWrite(file, $0) }) == bytes.count else { throw .folder(path, code: errno) }
    return path
  }

  /// Removes a fresh folder with the files that a toy node makes; another one stays.
  func removeIfTemporary() {
    guard isTemporary else { return }
    for name in ["books.json", "books.json.new", "invoice.macaroon", "tls.cert", "tls.key", "lightning-rpc"] {
      unlink(file(name))
    }
    rmdir(path)
  }
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(file, bytes.baseAddress, bytes.count)
}
