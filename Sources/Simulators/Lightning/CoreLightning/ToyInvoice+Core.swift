import Primitives

// Invoices and offers as lightningd tells of them, member by member in its order.

extension ToyInvoice {
  /// Core Lightning knows no hold invoices: what they hold is unpaid, what is called off has expired.
  var coreStatus: String {
    switch state {
    case .unpaid, .accepted: "unpaid"
    case .paid: "paid"
    case .expired, .cancelled: "expired"
    }
  }

  var core: RawJSON {
    var members: [RawJSON.Member] = [
      .init("label", .string(label)), .init(offerID == nil ? "bolt11" : "bolt12", .text(text)),
      .init("payment_hash", .hex(paymentHash)),
    ]
    func add(_ key: String, _ value: RawJSON?) { if let value { members.append(.init(key, value)) } }
    add("amount_msat", askedMsat.map { .number($0) })
    add("status", .text(coreStatus))
    if state == .paid {
      add("pay_index", payIndex.map { .number($0) })
      add("amount_received_msat", receivedMsat.map { .number($0) })
      add("paid_at", paidAtS.map { .number($0) })
      add("payment_preimage", preimage.map { .hex($0) })
    }
    add("description", description.map { .text($0) })
    add("expires_at", .number(expiresAtS))
    add("local_offer_id", offerID.map { .hex($0) })
    add("invreq_payer_note", payerNote.map { .text($0) })
    add("created_index", .number(createdIndex))
    add("updated_index", updatedIndex.map { .number($0) })
    return .object(members)
  }
}

extension ToyOffer {
  /// As a list tells of it; the answer to its making has no description but says that it is new.
  func core(isNew: Bool) -> RawJSON {
    var members: [RawJSON.Member] = [
      .init("offer_id", .hex(id)), .init("active", RawJSON(booleanLiteral: isActive)),
      .init("single_use", RawJSON(booleanLiteral: isSingleUse)), .init("bolt12", .text(text)),
      .init("force_paths", false), .init("used", RawJSON(booleanLiteral: isUsed)),
    ]
    if let label { members.append(.init("label", .string(label))) }
    if isNew {
      members.append(.init("created", true))
    } else if let description {
      members.append(.init("description", .text(description)))
    }
    return .object(members)
  }
}
