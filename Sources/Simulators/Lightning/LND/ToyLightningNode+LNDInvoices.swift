import Cryptography
import Lightning
import Primitives

// What LND's REST does with invoices.

extension ToyLightningNode {
  func addInvoice(_ request: ToyHTTPRequest) throws(ToyLNDError) -> JSONValue {
    let body = try ToyLNDBody(request)
    var terms = try terms(body)
    terms.preimage = try body.hash("r_preimage")
    let made = try enter(terms)
    return [
      "r_hash": .string(Sodium.Base64.encode(made.paymentHash.bytes)), "payment_request": .string(made.text),
      "add_index": .string(String(made.createdIndex)),
      "payment_addr": .string(Sodium.Base64.encode(made.paymentSecret.bytes)),
    ]
  }

  func addHoldInvoice(_ request: ToyHTTPRequest) throws(ToyLNDError) -> JSONValue {
    let body = try ToyLNDBody(request)
    guard let hash = try body.hash("hash") else { throw .unknown("invalid hash length of 0, want 32") }
    var terms = try terms(body)
    terms.holdHash = hash
    let made = try enter(terms)
    return [
      "payment_request": .string(made.text), "add_index": .string(String(made.createdIndex)),
      "payment_addr": .string(Sodium.Base64.encode(made.paymentSecret.bytes)),
    ]
  }

  private func terms(_ body: ToyLNDBody) throws(ToyLNDError) -> InvoiceTerms {
    let (sat, msat) = (try body.number("value"), try body.number("value_msat"))
    guard sat == 0 || msat == 0 else { throw .unknown("sat and msat arguments are mutually exclusive") }
    guard sat <= 21_000_000 * 100_000_000 else { throw .unknown("invoice amount is too large") }
    let asked = sat * 1000 + msat
    let memo = try body.text("memo")
    guard memo.utf8.count <= Self.maxDescriptionBytes else {
      throw .unknown("memo too large: \(memo.utf8.count) bytes (maxsize=\(Self.maxDescriptionBytes))")
    }
    let expiry = try body.number("expiry")
    let cltv = try body.number("cltv_expiry")
    // LND has no labels; the books want one.
    var terms = InvoiceTerms(
      label: Array("lnd-\(books.counters.created + 1)-\(books.minted)".utf8),
      msat: asked == 0 ? nil : asked,
      description: memo,
      descriptionHash: try body.hash("description_hash"),
      expiryS: expiry == 0 ? 86_400 : expiry,
      cltv: cltv == 0 ? 80 : UInt32(clamping: cltv),
      maker: .lnd
    )
    terms.isPrivate = try body.truth("private")
    if terms.isPrivate { terms.hints = channels }
    return terms
  }

  private func enter(_ terms: InvoiceTerms) throws(ToyLNDError) -> ToyInvoice {
    do throws(BookRefusal) { return try enter(terms, nowS: nowS) } catch {
      throw error == .hashTaken ? .unknown("invoice with payment hash already exists") : .unknown(error.text)
    }
  }

  func lookUp(_ hash: Bytes32) throws(ToyLNDError) -> ToyInvoice {
    guard let invoice = look({ $0.invoice(hash: hash) }) else { throw .notFound("unable to locate invoice") }
    return invoice
  }

  func list(_ request: ToyHTTPRequest) throws(ToyLNDError) -> JSONValue {
    let offset = try request.number("index_offset")
    let most = try request.number("num_max_invoices")
    let isReversed = request.query["reversed"] == "true"
    let onlyOpen = request.query["pending_only"] == "true"
    let from = try request.number("creation_date_start")
    let to = try request.number("creation_date_end")
    var found = look(\.all).filter { invoice in
      (!onlyOpen || invoice.state == .unpaid || invoice.state == .accepted)
        && (from == 0 || UInt64(clamping: invoice.createdAtS) >= from)
        && (to == 0 || UInt64(clamping: invoice.createdAtS) <= to)
    }
    let count = Int(clamping: most == 0 ? 100 : most)
    if isReversed {
      found = Array(found.filter { offset == 0 || $0.createdIndex < offset }.suffix(count))
    } else {
      found = Array(found.filter { $0.createdIndex > offset }.prefix(count))
    }
    return [
      "invoices": .array(found.map { $0.lnd(faults) }),
      "last_index_offset": .string(String(found.last?.createdIndex ?? 0)),
      "first_index_offset": .string(String(found.first?.createdIndex ?? 0)),
    ]
  }

  func settleInvoice(_ request: ToyHTTPRequest) throws(ToyLNDError) -> JSONValue {
    guard let preimage = try ToyLNDBody(request).hash("preimage") else { throw .unknown("invalid preimage length") }
    let now = nowMS
    do throws(BookRefusal) {
      try change { books throws(BookRefusal) in try books.settle(preimage, nowMS: now) }
      return .object([])
    } catch {
      throw .notChanged(error)
    }
  }

  func cancelInvoice(_ request: ToyHTTPRequest) throws(ToyLNDError) -> JSONValue {
    guard let hash = try ToyLNDBody(request).hash("payment_hash") else { throw .unknown("invalid hash length") }
    let now = nowMS
    do throws(BookRefusal) {
      try change { books throws(BookRefusal) in try books.cancel(hash, nowMS: now) }
      return .object([])
    } catch {
      throw .notChanged(error)
    }
  }
}

extension ToyLNDError {
  fileprivate static func notChanged(_ refusal: BookRefusal) -> ToyLNDError {
    switch refusal {
    case .unknown: .notFound("unable to locate invoice")
    case .isInState(.unpaid): .unknown("invoice still open")
    case .isInState(.paid): .unknown("invoice already settled")
    case .isInState: .unknown("invoice already canceled")
    default: .unknown(refusal.text)
    }
  }
}
