import Cryptography
package import Primitives

/// The second answer of a pay service: the invoice, and what belongs to it.
package struct PayAnswer: Hashable, Sendable {
  /// The invoice.
  package let invoice: String
  /// What the wallet shows once it has paid.
  package let successAction: SuccessAction?
  /// Whether the link is good for one payment only (LUD-11); nil leaves it unsaid, which means yes.
  package let isDisposable: Bool?
  /// Where to ask whether it was paid (LUD-21).
  package let verify: String?

  /// An answer of its parts.
  package init(
    invoice: String,
    successAction: SuccessAction? = nil,
    isDisposable: Bool? = nil,
    verify: String? = nil
  ) {
    self.invoice = invoice
    self.successAction = successAction
    self.isDisposable = isDisposable
    self.verify = verify
  }

  /// Reads what a service answered to a question of ours.
  ///
  /// - Throws: `LNURLRefusal`.
  package init(reading bytes: [UInt8], of request: PayRequest) throws(LNURLRefusal) {
    let answer = try LNURLObject(bytes)
    invoice = try answer.text("pr")
    successAction =
      if let action = answer["successAction"] {
        try SuccessAction(reading: action, callback: request.callback)
      } else { nil }
    isDisposable = try answer.flag("disposable")
    verify = if answer["verify"] != nil { try answer.text("verify") } else { nil }
  }

  /// The answer as JSON; `routes` is always there and always empty.
  package var json: JSONValue {
    var members: [JSONValue.Member] = [.init("pr", .string(invoice)), .init("routes", [])]
    if let isDisposable { members.append(.init("disposable", .bool(isDisposable))) }
    if let successAction { members.append(.init("successAction", successAction.json)) }
    if let verify { members.append(.init("verify", .string(verify))) }
    return .object(members)
  }

  /// The invoice, after all that a wallet has to check: its signature, its coins, its amount, and that it is for what
  /// was shown.
  ///
  /// - Throws: `LNURLRefusal.badInvoice` or `.wrongInvoice`.
  package func checkedInvoice(
    for question: PayCallback,
    of request: PayRequest,
    currency: LightningCurrency
  ) throws(LNURLRefusal) -> Bolt11Invoice {
    let read: Bolt11Invoice
    do { read = try Bolt11Invoice(invoice) } catch { throw .badInvoice(error) }
    guard read.currency == currency else { throw .wrongInvoice(.currency) }
    guard read.msat == question.msat else { throw .wrongInvoice(.amount) }
    guard read.description == .hash(request.metadata.hash(payerData: question.payerData)) else {
      throw .wrongInvoice(.description)
    }
    return read
  }
}
