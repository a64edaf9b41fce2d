package import Primitives

/// Paths below phoenixd's door.
package enum PhoenixdPath {
  package static let info = "/getinfo"
  package static let create = "/createinvoice"
  package static let socket = "/websocket"
  /// Out of reach for the password that cannot spend.
  package static let pay = "/payinvoice"

  /// One invoice.
  package static func payment(_ hash: Bytes32) -> String { "/payments/incoming/\(hash.hex())" }

  /// Payments received at `fromMS` or later, wall-clock milliseconds, the newest first.
  package static func received(fromMS: Int64, skip: Int, most: Int) -> String {
    "/payments/incoming?"
      + QueryText.form([("from", String(fromMS)), ("limit", String(most)), ("offset", String(skip))])
  }

  /// Invoices made with an external id, paid or not.
  package static func made(for externalID: String) -> String {
    "/payments/incoming?" + QueryText.form([("externalId", externalID), ("all", "true"), ("limit", "10")])
  }
}
