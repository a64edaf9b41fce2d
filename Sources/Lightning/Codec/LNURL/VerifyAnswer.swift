package import Primitives

/// Whether an invoice was paid, as a service tells everybody who knows where to ask (LUD-21).
package struct VerifyAnswer: Hashable, Sendable {
  /// The invoice.
  package let invoice: String
  /// Whether it was paid.
  package let isSettled: Bool
  /// The proof; only where it was paid.
  package let preimage: Bytes32?

  /// An answer; the preimage of what is not settled is dropped, since whoever sees it could claim to have paid.
  package init(invoice: String, isSettled: Bool, preimage: Bytes32?) {
    self.invoice = invoice
    self.isSettled = isSettled
    self.preimage = isSettled ? preimage : nil
  }

  /// Reads what a service answered.
  ///
  /// - Throws: `LNURLRefusal`; `.service("Not found")` for an invoice it does not know.
  package init(reading bytes: [UInt8]) throws(LNURLRefusal) {
    let answer = try LNURLObject(bytes)
    guard let isSettled = try answer.flag("settled") else { throw .badMember("settled") }
    var preimage: Bytes32?
    if answer["preimage"] != nil {
      let digits = try answer.text("preimage")
      do { preimage = try Hex.bytes32(digits) } catch { throw .badMember("preimage") }
    }
    self.init(invoice: try answer.text("pr"), isSettled: isSettled, preimage: preimage)
  }

  /// The answer as JSON.
  package var json: JSONValue {
    [
      "status": "OK", "settled": .bool(isSettled), "preimage": preimage.map { .string($0.hex()) } ?? .null,
      "pr": .string(invoice),
    ]
  }
}
