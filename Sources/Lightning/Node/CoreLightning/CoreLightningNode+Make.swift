import Primitives

/// Making invoices.
extension CoreLightningNode {
  /// Makes an invoice, or gives the one that was made under this label before.
  ///
  /// A description in the invoice itself loses its control characters and must fit 639 bytes; one that is only hashed is
  /// sent as it is or not at all.
  ///
  /// ## On failure
  /// After `.away` the node may have made it. The next call with the same wish then finds it by its label.
  ///
  /// - Throws: `.conflict` where an invoice with this label asks for something else, `.unsupported` for a wish that this
  ///   node cannot be told.
  package func makeInvoice(_ wish: InvoiceWish) async throws(NodeFailure) -> NodeInvoice {
    try await make(wish).invoice
  }

  /// As `makeInvoice`, with what the node warns of: show it, do not refuse for it.
  package func make(
    _ wish: InvoiceWish
  ) async throws(NodeFailure) -> (invoice: NodeInvoice, warnings: [CoreLightningWarning]) {
    let call = try Self.call(for: wish)
    do throws(CoreLightningFailure) {
      let made = try await transport.ask(call)
      return (Self.invoice(made, call), made.warnings)
    } catch {
      guard error.code == CoreLightningError.labelExists else { throw error.asNodeFailure }
    }
    guard let known = try await ask(ListInvoices(.label(call.label))).first else {
      throw .away("the invoice with the label \(call.label) was deleted just now; ask again")
    }
    guard known.amountMsat == call.amountMsat, known.description == call.description else {
      throw .conflict("an invoice with the label \(call.label) exists and asks for something else")
    }
    return (known.node, [])
  }

  private static func call(for wish: InvoiceWish) throws(NodeFailure) -> MakeInvoice {
    guard wish.msat != 0 else { throw .unsupported("an invoice over 0 msat") }
    guard CoreLightningText.isLabel(wish.label) else {
      throw .unsupported("a label with other characters than A-Z a-z 0-9 : _ . - or not 1 to 128 long")
    }
    let (description, isHashed) = try description(wish.description)
    return MakeInvoice(
      amountMsat: wish.msat,
      label: wish.label,
      description: description,
      hashesDescription: isHashed,
      expirySeconds: wish.expirySeconds
    )
  }

  private static func description(
    _ description: InvoiceWish.Description
  ) throws(NodeFailure) -> (text: String, isHashed: Bool) {
    switch description {
    case .text(let text):
      let text = CoreLightningText.withoutControls(text)
      guard text.utf8.count <= CoreLightningText.descriptionLimit else {
        throw .unsupported("a description longer than \(CoreLightningText.descriptionLimit) bytes")
      }
      return (text, false)
    case .hashed(let text):
      // Another text would have another hash.
      guard CoreLightningText.canBeSentAsIs(text) else {
        throw .unsupported("a description to be hashed that holds control characters")
      }
      return (text, true)
    }
  }

  private static func invoice(_ made: InvoiceMade, _ call: MakeInvoice) -> NodeInvoice {
    var invoice = NodeInvoice(paymentHash: made.paymentHash, state: .unpaid)
    invoice.label = call.label
    invoice.text = made.text
    invoice.askedMsat = call.amountMsat
    invoice.description = call.description
    invoice.expiresAtS = made.expiresAtS
    return invoice
  }
}
