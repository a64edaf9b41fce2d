import Cryptography
import Primitives

/// The proof that a message comes from the BTCPay Server that knows our secret: HMAC-SHA256 over the very bytes.
///
/// It holds no time, so an old message proves as much as a new one: what it leads to must be done once a payment.
package enum BTCPaySignature {
  /// The name of the header, whatever its case.
  package static let header = "BTCPay-Sig"

  /// Whether `header` is right for the body as it came; takes the same time for every wrong one.
  ///
  /// An empty secret is no secret: nothing is right for it.
  package static func isValid(_ header: String?, body: [UInt8], secret: [UInt8]) -> Bool {
    guard !secret.isEmpty, let header, header.hasPrefix(prefix),
      let code = try? Hex.decode(String(header.dropFirst(prefix.count))), code.count == 32
    else { return false }
    return Sodium.HMACSHA256.isValid(code, for: body, key: secret)
  }

  /// The header for a body, as BTCPay Server sends it.
  package static func header(for body: [UInt8], secret: [UInt8]) -> String {
    prefix + Sodium.HMACSHA256.code(body, key: secret).hex()
  }

  private static let prefix = "sha256="
}
