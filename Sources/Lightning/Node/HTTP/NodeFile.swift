import Foundation

/// Small files that a node's operator names in the configuration: certificates, keys, passwords.
enum NodeFile {
  static let maxBytes = 1 << 20

  /// The whole file.
  ///
  /// - Throws: `NodeFailure.refused` with a sentence that names the file.
  static func read(_ path: String) throws(NodeFailure) -> [UInt8] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .refused("\(path): there is no such file; correct the path in the configuration")
    }
    guard let size = fact(path, .size), size <= maxBytes, let data = FileManager.default.contents(atPath: path) else {
      throw .refused("\(path): cannot be read by the user that runs the server, or is larger than 1 MiB")
    }
    return [UInt8](data)
  }

  /// The whole of a file that nobody but its owner may read.
  ///
  /// - Throws: `NodeFailure.refused` with a sentence that names the file.
  static func readSecret(_ path: String) throws(NodeFailure) -> [UInt8] {
    let bytes = try read(path)
    guard let mode = fact(path, .posixPermissions), mode & 0o077 == 0 else {
      throw .refused("\(path) can be read by others; run: chmod 600 \(path)")
    }
    return bytes
  }

  /// The text of a secret file without white space around it.
  ///
  /// - Throws: `NodeFailure.refused` with a sentence that names the file.
  static func readSecretText(_ path: String) throws(NodeFailure) -> String {
    let text = String(decoding: try readSecret(path), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else { throw .refused("\(path): is empty; write the secret into it") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw .refused("\(path): holds more than one line; write only the secret into it")
    }
    return text
  }

  private static func fact(_ path: String, _ key: FileAttributeKey) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path)[key] as? NSNumber)?.intValue
  }
}
