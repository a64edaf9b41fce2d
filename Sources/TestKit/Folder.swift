import Foundation

/// A folder of a test's own, gone with all that is in it when nobody holds it any more.
package final class Folder: Sendable {
  /// Where it is; no slash at the end.
  package let path: String

  /// A fresh folder, for its owner's eyes only.
  ///
  /// - Throws: What the system says where none can be made.
  package init() throws {
    var template = Array("\(NSTemporaryDirectory())coinslot-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { remove() }

  /// Removes it now; a second time does nothing.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file of this name and gives its path; the mode is set whatever the umask.
  ///
  /// - Throws: What the system says where it cannot.
  @discardableResult
  package func write(_ text: String, _ name: String, mode: UInt32 = 0o600) throws -> String {
    try Folder.write(text, to: "\(path)/\(name)", mode: mode)
  }

  /// Writes a file anywhere; as `write(_:_:mode:)`.
  @discardableResult
  package static func write(_ text: String, to file: String, mode: UInt32 = 0o600) throws -> String {
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: Int(mode)], ofItemAtPath: file)
    return file
  }

  /// The text of a file of this name; nil where there is none.
  package func read(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

  /// The permissions of a file of this name; nil where there is none.
  package func mode(_ name: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? NSNumber)?.intValue
  }
}

/// Does something with a fresh folder, which goes at the end with all that is in it, also where `body` throws.
///
/// - Throws: What `body` throws, and what the system says where no folder can be made.
package func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = try Folder()
  defer { folder.remove() }
  return try await body(folder.path)
}
