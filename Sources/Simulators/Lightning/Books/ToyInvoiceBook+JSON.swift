package import Primitives

// The books as a JSON value and back: everything in them, so that a node that is started again goes on where it was.

extension ToyInvoiceBook {
  /// Everything, secrets included.
  package var json: JSONValue {
    [
      "seed": .string(seed.hex()), "height": .number(height), "minted": .number(minted),
      "created": .number(counters.created), "updated": .number(counters.updated),
      "deleted": .number(counters.deleted), "paid": .number(counters.paid),
      "parts": .object(
        parts.keys.sorted().map { JSONValue.Member($0.hex(), .number(parts[$0] ?? 0)) }
      ),
      "invoices": .array(all.map(\.json)),
      "offers": .array(offers.keys.sorted().compactMap { offers[$0]?.json }),
    ]
  }

  /// Reads what `json` wrote.
  ///
  /// - Throws: `BookFileRefusal` with the name of the first member that is missing or wrong.
  package init(json: JSONValue) throws(BookFileRefusal) {
    let members = BookMembers(json)
    self.init(seed: try members.hash("seed"), height: try members.number("height"))
    minted = try members.number("minted")
    counters.created = try members.number("created")
    counters.updated = try members.number("updated")
    counters.deleted = try members.number("deleted")
    counters.paid = try members.number("paid")
    for member in json["parts"]?.object ?? [] {
      guard let hash = try? Hex.bytes32(member.key), let msat = member.value.uint64 else { throw .bad("parts") }
      parts[hash] = msat
    }
    guard let invoices = json["invoices"]?.array, invoices.count <= Self.maxRows else { throw .bad("invoices") }
    for value in invoices {
      let invoice = try ToyInvoice(json: value)
      guard invoice.createdIndex >= 1, invoice.createdIndex <= counters.created, rows[invoice.createdIndex] == nil,
        self.invoice(label: invoice.label) == nil, self.invoice(hash: invoice.paymentHash) == nil
      else { throw .bad("created_index") }
      place(invoice)
    }
    payments = rows.values.compactMap { row in row.payIndex.map { Paid(index: $0, row: row.createdIndex) } }
      .sorted { $0.index < $1.index }
    guard let offers = json["offers"]?.array, offers.count <= Self.maxRows else { throw .bad("offers") }
    for value in offers {
      let offer = try ToyOffer(json: value)
      self.offers[offer.id] = offer
    }
  }
}

/// Why a file holds no books.
package enum BookFileRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// This member is missing or wrong.
  case bad(String)
  /// Not JSON.
  case notJSON
  /// The file cannot be read or written; with the system's error number.
  case file(String, code: Int32)

  package var description: String {
    switch self {
    case .bad(let key): "the books' file: \(key) is missing or wrong"
    case .notJSON: "the books' file holds no JSON"
    case .file(let path, let code): "\(path) cannot be read or written (system error \(code))"
    }
  }
}

/// The members of an object in the books' file.
struct BookMembers {
  private let value: JSONValue

  init(_ value: JSONValue) { self.value = value }

  func hash(_ key: String) throws(BookFileRefusal) -> Bytes32 {
    guard let hash = try optionalHash(key) else { throw .bad(key) }
    return hash
  }

  func optionalHash(_ key: String) throws(BookFileRefusal) -> Bytes32? {
    guard let member = value[key], !member.isNull else { return nil }
    guard let text = member.string, let hash = try? Hex.bytes32(text) else { throw .bad(key) }
    return hash
  }

  func number<Number: FixedWidthInteger>(_ key: String) throws(BookFileRefusal) -> Number {
    guard let number: Number = try optionalNumber(key) else { throw .bad(key) }
    return number
  }

  func optionalNumber<Number: FixedWidthInteger>(_ key: String) throws(BookFileRefusal) -> Number? {
    guard let member = value[key], !member.isNull else { return nil }
    guard let text = member.number, let number = Number(text) else { throw .bad(key) }
    return number
  }

  func string(_ key: String) throws(BookFileRefusal) -> String {
    guard let text = value[key]?.string else { throw .bad(key) }
    return text
  }

  func bool(_ key: String) -> Bool { value[key]?.bool ?? false }
  subscript(_ key: String) -> JSONValue? { value[key].flatMap { $0.isNull ? nil : $0 } }
}

extension ToyInvoice {
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("created_index", .number(createdIndex)), .init("label", .string(String(decoding: label, as: UTF8.self))),
      .init("text", .string(text)), .init("payment_hash", .string(paymentHash.hex())),
      .init("payment_secret", .string(paymentSecret.hex())), .init("created_at", .number(createdAtS)),
      .init("expires_at", .number(expiresAtS)), .init("cltv", .number(cltvDelta)),
      .init("maker", .string(maker.rawValue)), .init("state", .string(state.rawValue)),
      .init("hold", .bool(isHold)), .init("keysend", .bool(isKeysend)), .init("private", .bool(isPrivate)),
    ]
    func add(_ key: String, _ value: JSONValue?) { if let value { members.append(.init(key, value)) } }
    add("preimage", preimage.map { .string($0.hex()) })
    add("amount_msat", askedMsat.map { .number($0) })
    add("description", description.map { .string($0) })
    add("description_hash", descriptionHash.map { .string($0.hex()) })
    add("updated_index", updatedIndex.map { .number($0) })
    add("pay_index", payIndex.map { .number($0) })
    add("received_msat", receivedMsat.map { .number($0) })
    add("paid_at", paidAtS.map { .number($0) })
    add("offer_id", offerID.map { .string($0.hex()) })
    add("payer_note", payerNote.map { .string($0) })
    add(
      "held",
      held.map {
        [
          "msat": .number($0.msat), "accepted_at": .number($0.acceptedAtS),
          "accepted_height": .number($0.acceptedAtHeight), "expiry_height": .number($0.expiresAtHeight),
        ]
      }
    )
    return .object(members)
  }

  init(json: JSONValue) throws(BookFileRefusal) {
    let members = BookMembers(json)
    guard let maker = Maker(rawValue: try members.string("maker")) else { throw .bad("maker") }
    guard let state = State(rawValue: try members.string("state")) else { throw .bad("state") }
    self.init(
      label: Array(try members.string("label").utf8),
      text: try members.string("text"),
      paymentHash: try members.hash("payment_hash"),
      preimage: try members.optionalHash("preimage"),
      paymentSecret: try members.hash("payment_secret"),
      askedMsat: try members.optionalNumber("amount_msat"),
      description: members["description"]?.string,
      createdAtS: try members.number("created_at"),
      expiresAtS: try members.number("expires_at"),
      cltvDelta: try members.number("cltv"),
      maker: maker
    )
    createdIndex = try members.number("created_index")
    descriptionHash = try members.optionalHash("description_hash")
    self.state = state
    (isHold, isKeysend, isPrivate) = (members.bool("hold"), members.bool("keysend"), members.bool("private"))
    updatedIndex = try members.optionalNumber("updated_index")
    payIndex = try members.optionalNumber("pay_index")
    receivedMsat = try members.optionalNumber("received_msat")
    paidAtS = try members.optionalNumber("paid_at")
    offerID = try members.optionalHash("offer_id")
    payerNote = members["payer_note"]?.string
    guard let value = members["held"] else { return }
    let parts = BookMembers(value)
    held = Held(
      msat: try parts.number("msat"),
      acceptedAtS: try parts.number("accepted_at"),
      acceptedAtHeight: try parts.number("accepted_height"),
      expiresAtHeight: try parts.number("expiry_height")
    )
  }
}

extension ToyOffer {
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("offer_id", .string(id.hex())), .init("text", .string(text)), .init("single_use", .bool(isSingleUse)),
      .init("active", .bool(isActive)), .init("used", .bool(isUsed)),
    ]
    func add(_ key: String, _ value: JSONValue?) { if let value { members.append(.init(key, value)) } }
    add("label", label.map { .string(String(decoding: $0, as: UTF8.self)) })
    add("amount_msat", askedMsat.map { .number($0) })
    add("description", description.map { .string($0) })
    add("expires_at", expiresAtS.map { .number($0) })
    return .object(members)
  }

  init(json: JSONValue) throws(BookFileRefusal) {
    let members = BookMembers(json)
    self.init(
      id: try members.hash("offer_id"),
      text: try members.string("text"),
      label: members["label"]?.string.map { Array($0.utf8) },
      askedMsat: try members.optionalNumber("amount_msat"),
      description: members["description"]?.string,
      isSingleUse: members.bool("single_use"),
      expiresAtS: try members.optionalNumber("expires_at")
    )
    (isActive, isUsed) = (members.bool("active"), members.bool("used"))
  }
}
