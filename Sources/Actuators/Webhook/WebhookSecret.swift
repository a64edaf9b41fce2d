import Cryptography
import Primitives

/// A secret that signs webhooks, shown as `whsec_` and base 64 (Standard Webhooks 1.0.0).
public struct WebhookSecret: Hashable, Sendable {
  private let key: [UInt8]

  /// Reads `whsec_…`; nil unless it stands for 24 to 64 bytes.
  public init?(_ text: String) {
    guard text.hasPrefix("whsec_") else { return nil }
    let digits = Array(text.utf8.dropFirst(6))
    guard let key = try? Sodium.Base64.decode(digits.span), (24...64).contains(key.count) else { return nil }
    self.key = key
  }

  /// The signature of one attempt, `v1,` and base 64.
  func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let code = Sodium.HMACSHA256.code(Array("\(id).\(timestamp).".utf8) + body, key: key)
    return "v1,\(Sodium.Base64.encode(code.bytes))"
  }
}

extension WebhookSecret: CustomStringConvertible, CustomReflectable {
  /// Never the secret itself.
  public var description: String { "whsec_…" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
