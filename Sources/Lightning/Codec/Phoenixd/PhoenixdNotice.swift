import Cryptography
package import Primitives

/// What phoenixd says at once when a payment came, over its socket and to webhooks: said once, and never again.
///
/// A hint to go and look, never a proof.
package struct PhoenixdNotice: Hashable, Sendable {
  /// Longest notice that is read, in bytes.
  package static let maxBytes = 1 << 16
  /// The name of the header with the signature of a webhook, whatever its case.
  package static let header = "X-Phoenix-Signature"

  package let hash: Bytes32
  package let sat: UInt64
  /// What we gave the invoice when it was made.
  package let externalID: String?
  /// Wall-clock milliseconds by the node's clock; nil from older nodes.
  package let sentAtMS: Int64?

  /// Reads a notice; nil where it is about something else than a payment received.
  ///
  /// - Throws: `PhoenixdRefusal`.
  package init?(decoding bytes: [UInt8]) throws(PhoenixdRefusal) {
    guard bytes.count <= Self.maxBytes, let value = try? JSONValue(parsing: bytes) else { throw .notJSON }
    guard let type = value["type"]?.string else { throw .badMember("type") }
    guard type == "payment_received" else { return nil }
    guard let hash = value["paymentHash"]?.string.flatMap({ try? Hex.bytes32($0) }) else {
      throw .badMember("paymentHash")
    }
    guard let sat = value["amountSat"]?.uint64 else { throw .badMember("amountSat") }
    self.hash = hash
    self.sat = sat
    externalID = value["externalId"]?.string
    sentAtMS = value["timestamp"]?.int64
  }

  /// Whether a webhook's header is right for the body as it came; takes the same time for every wrong one.
  ///
  /// An empty secret is no secret: nothing is right for it.
  package static func isValid(_ header: String?, body: [UInt8], secret: [UInt8]) -> Bool {
    guard !secret.isEmpty, let header, let code = try? Hex.decode(header), code.count == 32 else { return false }
    return Sodium.HMACSHA256.isValid(code, for: body, key: secret)
  }
}
