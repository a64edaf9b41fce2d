public import Primitives

/// The facts of the events that the ledger appends, each one flat JSON object.
///
/// `id` names what the event is about (`pay_…`, `sal_…`, `dsp_…`, a device, a slot); other things stand under their own
/// noun. Amounts are decimal texts in the smallest unit, with `asset` and `decimals` where the chain's asset is known.
/// A fact that does not apply is left out.
extension EventDraft {
  /// An event whose facts `write` puts into an object.
  public init(type: String, _ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.beginObject()
    write(&writer)
    writer.endObject()
    self.init(type: type, data: String(decoding: writer.bytes, as: UTF8.self))
  }
}

// MARK: Money

extension EventDraft {
  /// What became known of a payment.
  public enum PaymentWord: String, Sendable, CaseIterable {
    /// It is recorded.
    case confirmed
    /// It is recorded and does not yet pay its quote in full.
    case partial
    /// It is kept for the operator, and no slot is meant.
    case held
    /// It is recorded and older than our watching.
    case beforeStart = "before_start"
  }

  /// `payment.confirmed`, `.partial`, `.held`, `.before_start`:
  /// `{id, chain, transaction, position, account, amount, asset, decimals, earliest_at_ms, standing, reason, quote,
  /// received, due, sale}`; `received` and `due` tell how far a partial payment has brought its quote.
  public static func payment(_ word: PaymentWord, _ record: PaymentRecord, quote: Quote? = nil) -> EventDraft {
    EventDraft(type: "payment.\(word.rawValue)") { writer in
      writer.member("id", record.name)
      writer.facts(of: record.payment)
      writer.member("standing", record.standing.rawValue)
      writer.member("reason", ifAny: record.reason)
      writer.member("quote", ifAny: quote?.id)
      if let quote, word == .partial {
        writer.member("received", quote.received.description)
        writer.member("due", quote.due.description)
      }
      writer.member("sale", ifAny: record.sale?.rawValue)
    }
  }

  /// `payment.contradiction`: the facts of the payment as recorded, and what was told of it now under `told`.
  ///
  /// `{id, …, told: {account, amount}}`. Neither says who paid: events outlive what may be kept of people.
  public static func contradiction(_ record: PaymentRecord, told: Payment) -> EventDraft {
    EventDraft(type: "payment.contradiction") { writer in
      writer.member("id", record.name)
      writer.facts(of: record.payment)
      writer.key("told")
      writer.beginObject()
      writer.member("account", told.account.address)
      writer.member("amount", told.amount.description)
      writer.endObject()
    }
  }

  /// `sale.created`: as `sale(_:)`.
  public static func created(_ sale: Sale) -> EventDraft { tell(sale, "created") }

  /// `sale.done`, `.refund_due`, `.held`, … by its outcome, `sale.resumed` where an end was corrected and it runs:
  /// `{id, slot, chain, transaction, position, quote, ms, function, price, remainder, asset, decimals, outcome, reason,
  /// ended_at_ms}`.
  public static func sale(_ sale: Sale) -> EventDraft { tell(sale, sale.outcome?.rawValue ?? "resumed") }

  private static func tell(_ sale: Sale, _ word: String) -> EventDraft {
    EventDraft(type: "sale.\(word)") { writer in
      writer.member("id", sale.id.rawValue)
      writer.member("slot", sale.slot.rawValue)
      writer.facts(of: sale.payment)
      writer.member("quote", ifAny: sale.quote)
      if let purchase = sale.purchase {
        writer.member("ms", purchase.ms)
        writer.member("function", ifAny: purchase.function)
      }
      writer.member("price", sale.price.description)
      writer.member("remainder", sale.remainder.description)
      writer.unit(of: sale.payment.chain)
      writer.member("outcome", ifAny: sale.outcome?.rawValue)
      writer.member("reason", ifAny: sale.reason)
      writer.member("ended_at_ms", ifAny: sale.endedAtMS)
    }
  }
}

// MARK: Work

extension EventDraft {
  /// `dispatch.queued`: as `dispatch(_:)`.
  public static func queued(_ dispatch: Dispatch) -> EventDraft { tell(dispatch, "queued") }

  /// `dispatch.sent` (offered: it may reach the device from now on), `dispatch.accepted`, `dispatch.doubt`, or its
  /// outcome (`dispatch.done`, `.expired`, …):
  /// `{id, sale, slot, test, device, channel, mode, ms, once, number, state, attempts, deadline_at_ms, left_ms, outcome,
  /// reason}`; `test` is true where no sale asked for it.
  public static func dispatch(_ dispatch: Dispatch) -> EventDraft {
    let word =
      switch dispatch.state {
      case .waiting: "waiting"
      case .offered: "sent"
      case .accepted: "accepted"
      case .doubt: "doubt"
      case .settled: dispatch.outcome?.rawValue ?? "settled"
      }
    return tell(dispatch, word)
  }

  private static func tell(_ dispatch: Dispatch, _ word: String) -> EventDraft {
    EventDraft(type: "dispatch.\(word)") { writer in
      writer.member("id", dispatch.id.rawValue)
      writer.member("sale", ifAny: dispatch.sale?.rawValue)
      writer.member("slot", ifAny: dispatch.slot?.rawValue)
      if dispatch.sale == nil {
        writer.key("test")
        writer.bool(true)
      }
      writer.place(dispatch.channel)
      writer.member("mode", dispatch.command.mode.rawValue)
      writer.member("ms", dispatch.command.ms)
      writer.key("once")
      writer.bool(dispatch.command.once)
      writer.member("number", ifAny: dispatch.number)
      writer.member("state", dispatch.state.rawValue)
      writer.key("attempts")
      writer.number(dispatch.attempts)
      writer.member("deadline_at_ms", ifAny: dispatch.deadlineMS)
      writer.member("left_ms", ifAny: dispatch.leftMS)
      writer.member("outcome", ifAny: dispatch.outcome?.rawValue)
      writer.member("reason", ifAny: dispatch.reason)
    }
  }
}

// MARK: Machines and slots

extension EventDraft {
  /// `device.added`: as `changes(from:to:)`.
  public static func added(_ device: Device) -> EventDraft { tell(device, "added") }

  /// What a person may want to know of a change: `device.trusted`, `.quarantined`, `.revoked` by its standing,
  /// `device.renamed`, `device.keys_changed`: `{id, title, standing, key_serials, firmware}`.
  public static func changes(from old: Device, to new: Device) -> [EventDraft] {
    var drafts: [EventDraft] = []
    if new.standing != old.standing { drafts.append(tell(new, new.standing.rawValue)) }
    if new.title != old.title { drafts.append(tell(new, "renamed")) }
    if new.keySerials != old.keySerials { drafts.append(tell(new, "keys_changed")) }
    return drafts
  }

  /// `device.alarm`: `{id, text}`, for a person.
  public static func alarm(_ device: DeviceID, _ text: String) -> EventDraft {
    EventDraft(type: "device.alarm") { writer in
      writer.member("id", device.rawValue)
      writer.member("text", text)
    }
  }

  /// `channel.held` or `channel.released`: `{device, channel, reason}`.
  public static func channel(_ id: ChannelID, heldBecause words: String?) -> EventDraft {
    EventDraft(type: words == nil ? "channel.released" : "channel.held") { writer in
      writer.place(id)
      writer.member("reason", ifAny: words)
    }
  }

  /// `slot.closed` or `slot.opened`: `{id, reason}`.
  public static func slot(_ id: SlotID, closedBecause words: String?) -> EventDraft {
    EventDraft(type: words == nil ? "slot.opened" : "slot.closed") { writer in
      writer.member("id", id.rawValue)
      writer.member("reason", ifAny: words)
    }
  }

  private static func tell(_ device: Device, _ word: String) -> EventDraft {
    EventDraft(type: "device.\(word)") { writer in
      writer.member("id", device.id.rawValue)
      writer.member("title", device.title)
      writer.member("standing", device.standing.rawValue)
      writer.key("key_serials")
      writer.beginArray()
      for serial in device.keySerials { writer.number(UInt64(serial)) }
      writer.endArray()
      writer.member("firmware", ifAny: device.firmware)
    }
  }
}

// MARK: Pieces

extension JSONWriter {
  fileprivate mutating func facts(of payment: Payment) {
    facts(of: payment.id)
    member("account", payment.account.address)
    member("amount", payment.amount.description)
    unit(of: payment.account.chain)
    member("earliest_at_ms", ifAny: payment.earliestAtMS)
  }

  fileprivate mutating func facts(of payment: PaymentID) {
    member("chain", payment.chain.rawValue)
    member("transaction", payment.transaction)
    member("position", UInt64(payment.position))
  }

  fileprivate mutating func unit(of chain: Chain) {
    guard let asset = chain.asset else { return }
    member("asset", asset.code)
    member("decimals", UInt64(asset.decimals))
  }

  fileprivate mutating func place(_ channel: ChannelID) {
    member("device", channel.device.rawValue)
    member("channel", UInt64(channel.number))
  }

  fileprivate mutating func member(_ key: String, ifAny value: String?) {
    if let value { member(key, value) }
  }

  fileprivate mutating func member(_ key: String, _ value: UInt64) {
    self.key(key)
    number(value)
  }

  fileprivate mutating func member(_ key: String, ifAny value: UInt64?) {
    if let value { member(key, value) }
  }

  fileprivate mutating func member(_ key: String, ifAny value: Int64?) {
    guard let value else { return }
    self.key(key)
    number(value)
  }
}

extension Chain {
  /// What is paid on the chain, where every node of the network agrees on it.
  fileprivate var asset: Asset? {
    switch network {
    case "nano": .nano
    default: nil
    }
  }
}
