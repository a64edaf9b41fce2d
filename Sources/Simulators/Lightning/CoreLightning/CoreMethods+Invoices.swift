import Lightning
import Primitives

// lightningd's methods that make, list and remove invoices.

extension ToyLightningNode {
  static let maxLabelBytes = 128
  static let maxDescriptionBytes = 639
  /// A week.
  static let usualExpiryS: UInt64 = 604_800

  func makeInvoice(_ params: RawJSON) throws(CoreError) -> RawJSON {
    let params = try CoreParameters(
      params,
      [
        .must("amount_msat", .msat), .must("label", .label), .must("description", .text), .may("expiry", .number),
        .may("preimage", .preimage), .may("exposeprivatechannels", .exposure), .may("cltv", .number),
        .may("deschashonly", .truth),
      ]
    )
    let label = params.label() ?? []
    let description = params.text("description") ?? ""
    let isHashed = params.truth("deschashonly")
    guard label.count <= Self.maxLabelBytes else {
      throw .badParameters("Label '\(String(decoding: label, as: UTF8.self))' over \(Self.maxLabelBytes) bytes")
    }
    guard isHashed || description.utf8.count <= Self.maxDescriptionBytes else {
      throw .badParameters(
        "Description greater than \(Self.maxDescriptionBytes) bytes invalid "
          + "(description length \(description.utf8.count))"
      )
    }
    let hints = try hints(params)
    let now = nowS
    let wish = InvoiceTerms(
      label: label,
      msat: params.msat("amount_msat"),
      description: description,
      descriptionHash: isHashed ? SHA256.hash(Array(description.utf8)) : nil,
      preimage: params.hash("preimage"),
      expiryS: params.number("expiry") ?? Self.usualExpiryS,
      cltv: params.number("cltv").map { UInt32(clamping: $0) } ?? 10,
      hints: hints
    )
    let made: ToyInvoice
    do throws(BookRefusal) { made = try enter(wish, nowS: now) } catch { throw .notMade(error, label) }
    return .object(
      [
        .init("payment_hash", .hex(made.paymentHash)), .init("expires_at", .number(made.expiresAtS)),
        .init("bolt11", .text(made.text)), .init("payment_secret", .hex(made.paymentSecret)),
        .init("created_index", .number(made.createdIndex)),
      ] + warnings(made, hints)
    )
  }

  /// Channels that are named to the payer; none where nobody asked for that.
  private func hints(_ params: CoreParameters) throws(CoreError) -> [ToyChannel] {
    guard let names = params.channels("exposeprivatechannels") else { return [] }
    let found = channels.filter { names.contains($0.name) }
    guard !found.isEmpty || names.isEmpty else {
      throw CoreError(902, "None of those hints were suitable local channels")
    }
    return found
  }

  private func warnings(_ invoice: ToyInvoice, _ hints: [ToyChannel]) -> [RawJSON.Member] {
    let most = channels.map(\.receivableMsat).max() ?? 0
    guard most > 0, invoice.askedMsat ?? 1 <= most else {
      return [.init("warning_capacity", "Insufficient incoming channel capacity to pay invoice")]
    }
    guard options.hasSinglePeer, hints.isEmpty else { return [] }
    return [.init("warning_deadends", "Insufficient incoming capacity, once dead-end peers were excluded")]
  }

  func listInvoices(_ params: RawJSON) throws(CoreError) -> RawJSON {
    let params = try CoreParameters(
      params,
      [
        .may("label", .label), .may("invstring", .invoiceText), .may("payment_hash", .hash), .may("offer_id", .hash),
        .may("index", .word(["created", "updated"], complaint: "should be 'created' or 'updated'")),
        .may("start", .number), .may("limit", .number),
      ]
    )
    let selectors = ["label", "invstring", "payment_hash", "offer_id"].count { params.has($0) }
    guard selectors <= 1 else {
      throw .badParameters("Can only specify one of {label}, {invstring}, {payment_hash} or {offer_id}")
    }
    guard selectors == 0 || !params.has("index") else {
      throw .badParameters("Cannot specify {index} with {label}, {invstring}, {payment_hash} or {offer_id}")
    }
    guard params.has("index") || !params.has("start") || params.number("start") == 0 else {
      throw .badParameters("Can only specify {start} with {index}")
    }
    guard params.has("index") || !params.has("limit") else {
      throw .badParameters("Can only specify {limit} with {index}")
    }
    let invoices = try select(params)
    return ["invoices": .array(invoices.map(\.core))]
  }

  private func select(_ params: CoreParameters) throws(CoreError) -> [ToyInvoice] {
    if let label = params.label() { return look { $0.invoice(label: label).map { [$0] } ?? [] } }
    if let hash = params.hash("payment_hash") { return look { $0.invoice(hash: hash).map { [$0] } ?? [] } }
    if let id = params.hash("offer_id") { return look { $0.invoices(for: id) } }
    if let text = params.text("invstring") { return try invoices(withText: text) }
    let start = params.number("start") ?? 0
    let most = Int(clamping: params.number("limit") ?? .max)
    return look {
      params.text("index") == "updated" ? $0.page(updated: start, most: most) : $0.page(created: start, most: most)
    }
  }

  private func invoices(withText spelled: String) throws(CoreError) -> [ToyInvoice] {
    var text = spelled.lowercased()
    if text.hasPrefix("lightning:") { text.removeFirst("lightning:".count) }
    let found = look { $0.all.filter { $0.text == text } }
    guard found.isEmpty, text.hasPrefix("lni1") == false else { return found }
    do throws(Bolt11Refusal) {
      let hash = try Bolt11Invoice(text).paymentHash
      return look { $0.invoice(hash: hash).map { [$0] } ?? [] }
    } catch {
      throw .badParameters("Invalid invstring")
    }
  }

  func deleteInvoice(_ params: RawJSON) throws(CoreError) -> RawJSON {
    let params = try CoreParameters(
      params,
      [.must("label", .label), .must("status", .label), .may("desconly", .truth)]
    )
    let (label, wanted) = (params.label() ?? [], String(decoding: params.label("status") ?? [], as: UTF8.self))
    guard let invoice = look({ $0.invoice(label: label) }) else { throw CoreError(905, "Unknown invoice") }
    // The word is not looked at: one that is no status is only never the current one.
    guard invoice.coreStatus == wanted else {
      throw CoreError(
        906,
        "Invoice status is \(invoice.coreStatus) not \(wanted)",
        data: ["current_status": .text(invoice.coreStatus), "expected_status": .text(wanted)]
      )
    }
    do throws(BookRefusal) {
      return try change { books throws(BookRefusal) in
        params.truth("desconly")
          ? try books.forgetDescription(label: label, in: invoice.state)
          : try books.delete(label: label, in: invoice.state)
      }.core
    } catch {
      throw error == .noDescription
        ? CoreError(908, "Invoice description already removed") : CoreError(905, "Unknown invoice")
    }
  }
}

extension CoreError {
  fileprivate static func notMade(_ refusal: BookRefusal, _ label: [UInt8]) -> CoreError {
    switch refusal {
    case .labelTaken: CoreError(900, "Duplicate label '\(String(decoding: label, as: UTF8.self))'")
    case .hashTaken: CoreError(901, "preimage already used")
    default: CoreError(-1, refusal.text)
    }
  }
}
