import Lightning
import Primitives

// What lightningd's methods do.

extension ToyLightningNode {
  typealias CoreReply = (Result<RawJSON, CoreError>) -> Void

  /// Carries a request out; `reply` is called once, now or later.
  func call(_ request: CoreRequest, _ reply: @escaping CoreReply) {
    do throws(CoreError) {
      switch request.method {
      case "waitanyinvoice": try waitAnyInvoice(request.params, reply)
      case "waitinvoice": try waitInvoice(request.params, reply)
      case "wait": try waitCounter(request.params, reply)
      default: reply(.success(try answer(request)))
      }
    } catch {
      reply(.failure(error))
    }
  }

  private func answer(_ request: CoreRequest) throws(CoreError) -> RawJSON {
    switch request.method {
    case "getinfo": return try getInfo(request.params)
    case "invoice": return try makeInvoice(request.params)
    case "listinvoices": return try listInvoices(request.params)
    case "delinvoice": return try deleteInvoice(request.params)
    case "offer": return try makeOffer(request.params)
    case "listoffers": return try listOffers(request.params)
    case "disableoffer": return try disableOffer(request.params)
    case "autoclean-status": return try autocleanStatus(request.params)
    default: throw CoreError(-32601, "Unknown command '\(request.method)'")
    }
  }

  private func getInfo(_ params: RawJSON) throws(CoreError) -> RawJSON {
    _ = try CoreParameters(params, [])
    var members: [RawJSON.Member] = [
      .init("id", .text(key.id)), .init("alias", .text(options.alias)), .init("color", .text(String(key.id.prefix(6)))),
      .init("num_peers", .number(channels.isEmpty ? 0 : 1)), .init("num_pending_channels", .number(0)),
      .init("num_active_channels", .number(channels.count)), .init("num_inactive_channels", .number(0)),
      .init("address", .array([])),
      .init("binding", .array([["type": "ipv4", "address": "127.0.0.1", "port": .number(9735)]])),
      .init("version", "v26.06-toy"), .init("blockheight", .number(tellableHeight)),
      .init("network", .text(options.network)), .init("fees_collected_msat", .number(0)),
      .init("lightning-dir", .text(options.folder ?? "toy")),
    ]
    if isCatchingUp {
      members.append(.init("warning_lightningd_sync", "Still loading latest blocks from bitcoind."))
    }
    members.append(
      .init(
        "our_features",
        [
          "init": "800898880a8a59a1", "node": "808898880a8a59a1", "channel": "", "invoice": "02000002024100",
        ]
      )
    )
    return .object(members)
  }

  private func autocleanStatus(_ params: RawJSON) throws(CoreError) -> RawJSON {
    _ = try CoreParameters(params, [.may("subsystem", .label)])
    let idle = [
      "succeededforwards", "failedforwards", "succeededpays", "failedpays", "paidinvoices", "expiredinvoices",
    ]
    return [
      "autoclean": .object(
        idle.map { .init($0, ["enabled": false, "cleaned": .number(0)]) } + [
          .init("networkevents", ["enabled": true, "age": .number(2_592_000), "cleaned": .number(0)])
        ]
      )
    ]
  }
}

// MARK: Waiting

extension ToyLightningNode {
  private func waitAnyInvoice(_ params: RawJSON, _ reply: @escaping CoreReply) throws(CoreError) {
    let params = try CoreParameters(params, [.may("lastpay_index", .number), .may("timeout", .number)])
    // Inside a node the index is a signed number: the largest ones are below all payments.
    let cursor = Int64(bitPattern: params.number("lastpay_index") ?? 0)
    if let paid = look({ $0.firstPaid(after: cursor) }) { return reply(.success(paid.core)) }
    let seconds = params.number("timeout")
    guard seconds != 0 else { throw .noPaymentInTime }
    wait(for: .payment, seconds: seconds, reply)
  }

  private func waitInvoice(_ params: RawJSON, _ reply: @escaping CoreReply) throws(CoreError) {
    let label = try CoreParameters(params, [.must("label", .label)]).label() ?? []
    guard let invoice = look({ $0.invoice(label: label) }) else { throw CoreError(-1, "Label not found") }
    switch invoice.coreStatus {
    case "paid": reply(.success(invoice.core))
    case "expired": throw .expired(invoice)
    default: wait(for: .invoice(row: invoice.createdIndex), seconds: nil, reply)
    }
  }

  private static let subsystems = [
    "invoices", "forwards", "sendpays", "htlcs", "chainmoves", "channelmoves", "networkevents",
  ]

  private func waitCounter(_ params: RawJSON, _ reply: @escaping CoreReply) throws(CoreError) {
    let params = try CoreParameters(
      params,
      [
        .must("subsystem", .word(Self.subsystems, complaint: "unknown subsystem")),
        .must("indexname", .word(["created", "updated", "deleted"], complaint: "unknown index")),
        .must("nextvalue", .number),
      ]
    )
    let (subsystem, name) = (params.text("subsystem") ?? "", params.text("indexname") ?? "")
    let wanted = params.number("nextvalue") ?? 0
    let counters = look(\.counters)
    let value =
      switch (subsystem, name) {
      case ("invoices", "created"): counters.created
      case ("invoices", "updated"): counters.updated
      case ("invoices", "deleted"): counters.deleted
      // Nothing of the other kinds ever happens on a toy node.
      default: UInt64(0)
      }
    if value >= wanted {
      return reply(.success(.object([.init("subsystem", .text(subsystem)), .init(name, .number(value))])))
    }
    wait(for: .counter(subsystem == "invoices" ? name : "none", wanted), seconds: nil, reply)
  }
}
