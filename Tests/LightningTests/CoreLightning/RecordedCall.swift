import Lightning
import Primitives

/// The calls of ours behind what was recorded.
enum RecordedCall {
  /// A call of ours with the parameters of a recorded one, or why we never make such a one.
  enum Made {
    case call(any CoreLightningCall)
    case never(String)
  }

  /// Something that reads the answers of a method, whatever was asked; nil for methods that are none of ours.
  static func decoder(_ method: String) -> (any CoreLightningCall)? {
    switch method {
    case "getinfo": GetInfo()
    case "invoice":
      MakeInvoice(amountMsat: 1, label: "a", description: "", hashesDescription: false, expirySeconds: 1)
    case "waitanyinvoice": WaitAnyInvoice(cursor: 0, seconds: 0)
    case "waitinvoice": WaitInvoice(label: "a")
    case "listinvoices": ListInvoices(.all)
    case "delinvoice": DeleteInvoice(label: "a", status: .unpaid)
    case "offer": MakeOffer(amountMsat: nil, description: nil)
    case "listoffers": ListOffers()
    case "disableoffer": DisableOffer(id: .zero)
    case "autoclean-status": AutocleanStatus()
    case "wait": WaitIndex(.created, reaches: 0)
    default: nil
    }
  }

  /// The call of ours that would ask the same.
  static func make(_ method: String, _ params: JSONValue) -> Made {
    guard decoder(method) != nil else { return .never("no method of ours") }
    guard let members = params.object else { return .never("parameters without names") }
    let names = members.map(\.key)
    guard Set(names).isSubset(of: known[method] ?? []) else { return .never("a parameter we never give") }
    return switch method {
    case "getinfo": .call(GetInfo())
    case "invoice": invoice(params)
    case "waitanyinvoice": waitAny(params)
    case "waitinvoice": label(params) { WaitInvoice(label: $0) }
    case "listinvoices": list(params, names)
    case "delinvoice": delete(params)
    case "offer": offer(params)
    case "listoffers": .call(ListOffers(id: hash(params["offer_id"])))
    case "disableoffer":
      hash(params["offer_id"]).map { .call(DisableOffer(id: $0)) } ?? .never("no id of an offer")
    case "autoclean-status": .call(AutocleanStatus())
    case "wait": wait(params)
    default: .never("no method of ours")
    }
  }

  private static let known: [String: Set<String>] = [
    "getinfo": [], "invoice": ["amount_msat", "label", "description", "expiry", "deschashonly"],
    "waitanyinvoice": ["lastpay_index", "timeout"], "waitinvoice": ["label"],
    "listinvoices": ["label", "payment_hash", "offer_id", "index", "start", "limit"],
    "delinvoice": ["label", "status", "desconly"],
    "offer": ["amount", "description", "issuer", "label", "single_use"], "listoffers": ["offer_id"],
    "disableoffer": ["offer_id"], "autoclean-status": [], "wait": ["subsystem", "indexname", "nextvalue"],
  ]

  private static func hash(_ value: JSONValue?) -> Bytes32? { value?.string.flatMap { try? Hex.bytes32($0) } }

  private static func label(_ params: JSONValue, _ make: (String) -> any CoreLightningCall) -> Made {
    guard let label = params["label"]?.string else { return .never("no label") }
    guard CoreLightningText.isLabel(label) else { return .never("a label we never give") }
    return .call(make(label))
  }

  /// An amount as a whole number; `any` is no amount.
  private static func amount(_ value: JSONValue?) -> Result<UInt64?, Never>? {
    if value?.string == "any" { return .success(nil) }
    guard let number = value?.uint64, number > 0 else { return nil }
    return .success(number)
  }

  private static func invoice(_ params: JSONValue) -> Made {
    guard let amount = amount(params["amount_msat"]) else { return .never("an amount we never write so") }
    guard let label = params["label"]?.string, CoreLightningText.isLabel(label) else {
      return .never("a label we never give")
    }
    guard let description = params["description"]?.string else { return .never("no description") }
    let isHashed = params["deschashonly"]
    guard isHashed == nil || isHashed?.bool == true else { return .never("deschashonly without need") }
    guard isHashed != nil || description.utf8.count <= CoreLightningText.descriptionLimit else {
      return .never("a description we never give")
    }
    let expiry = params["expiry"]
    guard expiry == nil || expiry?.uint64 != nil else { return .never("a number in quotes") }
    return .call(
      MakeInvoice(
        amountMsat: amount.get(),
        label: label,
        description: description,
        hashesDescription: isHashed != nil,
        expirySeconds: UInt32(clamping: expiry?.uint64 ?? 604_800)
      )
    )
  }

  private static func waitAny(_ params: JSONValue) -> Made {
    guard let cursor = params["lastpay_index"]?.uint64, let seconds = params["timeout"]?.uint64 else {
      return .never("a wait without a cursor or a time limit, or with another kind of number")
    }
    guard cursor <= WaitAnyInvoice.cursorLimit else { return .never("a cursor above 2^63 - 1") }
    return .call(WaitAnyInvoice(cursor: cursor, seconds: seconds))
  }

  private static func list(_ params: JSONValue, _ names: [String]) -> Made {
    switch names {
    case []: return .call(ListInvoices(.all))
    case ["label"]: return label(params) { ListInvoices(.label($0)) }
    case ["payment_hash"]:
      return hash(params["payment_hash"]).map { .call(ListInvoices(.paymentHash($0))) } ?? .never("no hash")
    case ["offer_id"]: return hash(params["offer_id"]).map { .call(ListInvoices(.offer($0))) } ?? .never("no hash")
    case ["index", "start", "limit"]:
      guard let order = params["index"]?.string.flatMap(ListInvoices.Order.init), let start = params["start"]?.uint64,
        let limit = params["limit"]?.uint64
      else { return .never("no page") }
      return .call(ListInvoices(.page(order, start: start, limit: UInt32(clamping: limit))))
    default: return .never("two selectors")
    }
  }

  private static func delete(_ params: JSONValue) -> Made {
    guard let label = params["label"]?.string,
      let status = params["status"]?.string.flatMap(CoreLightningInvoice.Status.init)
    else { return .never("no label, or no state an invoice can be in") }
    return .call(DeleteInvoice(label: label, status: status, onlyDescription: params["desconly"]?.bool == true))
  }

  private static func offer(_ params: JSONValue) -> Made {
    guard let amount = amount(params["amount"]) else { return .never("an amount we never write so") }
    return .call(
      MakeOffer(
        amountMsat: amount.get(),
        description: params["description"]?.string,
        issuer: params["issuer"]?.string,
        label: params["label"]?.string,
        isForOnePayment: params["single_use"]?.bool == true
      )
    )
  }

  private static func wait(_ params: JSONValue) -> Made {
    guard params["subsystem"]?.string == "invoices",
      let index = params["indexname"]?.string.flatMap(WaitIndex.Index.init), let value = params["nextvalue"]?.uint64
    else { return .never("another subsystem") }
    return .call(WaitIndex(index, reaches: value))
  }
}
