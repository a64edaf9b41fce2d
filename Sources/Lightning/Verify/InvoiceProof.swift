import Coinslot
import Primitives

/// What makes a paid invoice a payment: the node's word, its preimage, and an amount that a payee may take (BOLT 4).
struct InvoiceProof {
  let chain: Chain
  let account: Account

  /// The payment, with its place relative to the start mark.
  ///
  /// - Throws: `.notYet` where it may still be paid, `.refused` where it never will, `.contradiction` where the node says
  ///   paid and its own figures deny it.
  func verified(
    _ invoice: NodeInvoice,
    heardAtMS: Int64,
    since mark: StartMark
  ) throws(VerificationFailure) -> Verified {
    switch invoice.state {
    case .paid: break
    case .unpaid, .accepted: throw .notYet("the invoice is not paid")
    case .expired, .cancelled: throw .refused("the invoice ended unpaid")
    }
    guard let preimage = invoice.preimage, Preimage.proves(preimage, invoice.paymentHash) else {
      throw .contradiction("the node calls an invoice paid without a preimage that fits its hash")
    }
    guard let received = invoice.receivedMsat, PayeeRule.accepts(received, asked: invoice.askedMsat) else {
      throw .contradiction("the node calls an invoice paid with an amount that it does not accept")
    }
    try checkText(of: invoice)
    let paidAtMS = invoice.paidAtS.map { Int64(clamping: $0.multipliedReportingOverflow(by: 1_000).partialValue) }
    let payment = Payment(
      id: PaymentID(chain: chain, transaction: invoice.paymentHash.hex),
      account: account,
      payer: nil,
      amount: Amount(UInt128(received)),
      earliestAtMS: min(heardAtMS, paidAtMS.map { $0 > 0 ? $0 : heardAtMS } ?? heardAtMS),
      evidence: invoice.text ?? ""
    )
    let start = LightningCursor(mark.cursor)?.index ?? 0
    return Verified(payment, isBeforeStart: invoice.cursor.map { $0 <= start } ?? false)
  }

  /// An invoice's own text must ask for what the node says it asked for.
  private func checkText(of invoice: NodeInvoice) throws(VerificationFailure) {
    guard let text = invoice.text, let decoded = try? Bolt11Invoice(text) else { return }
    guard decoded.paymentHash == invoice.paymentHash, decoded.msat == invoice.askedMsat else {
      throw .contradiction("the node's invoice asks for something else than the node says")
    }
  }
}
