import Cryptography
import Foundation
import Primitives

/// The key that other secrets at rest are sealed with.
package struct MasterKey: Sendable {
  private let bytes: [UInt8]

  /// A key as its file holds it: 64 hex digits, white space around them left out; nil for anything else.
  package init?(text: String) {
    let digits = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard digits.utf8.count == 64, let bytes = try? Hex.decode(digits) else { return nil }
    self.bytes = bytes
  }

  /// A new key as its file holds it.
  package static func makeText() -> String { Hex.encode(SystemEntropy().bytes(SecretBox.keyBytes)) }

  /// What every sealed text begins with.
  private static let mark = "sealed1:"

  /// Whether a text was sealed.
  static func isSealed(_ text: String) -> Bool { text.hasPrefix(mark) }

  /// A secret as it may lie on a disk.
  func seal(_ secret: [UInt8], purpose: String) -> String {
    Self.mark + Hex.encode(SecretBox.seal(secret, key: bytes, purpose: purpose))
  }

  /// The secret in a sealed text; nil for another key, another purpose or a changed text.
  func open(_ text: String, purpose: String) -> [UInt8]? {
    guard Self.isSealed(text), let sealed = try? Hex.decode(String(text.dropFirst(Self.mark.count))) else { return nil }
    return SecretBox.open(sealed, key: bytes, purpose: purpose)
  }
}

/// Why the master key and the data folder do not go together.
package enum MasterKeyFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// Something in the data folder is sealed and no master key is configured.
  case missing(String)
  /// Another key sealed what lies there.
  case wrong(String)

  /// A sentence for the operator.
  package var description: String {
    switch self {
    case .missing(let file):
      "\(file) is sealed and no master key is configured: set server.master_key_file to the key that sealed it"
    case .wrong(let file):
      "server.master_key_file is not the key that sealed \(file): name the right one, or restore that file"
    }
  }
}
