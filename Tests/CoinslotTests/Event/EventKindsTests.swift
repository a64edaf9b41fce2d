import Coinslot
import Primitives
import TestKit
import Testing

/// The facts of the ledger's events, to the letter.
@Suite struct EventKindsTests {
  let slot: SlotID
  let channel: ChannelID
  let account = Account(chain: .nanoSim, canonical: "nano_1")

  init() throws {
    slot = try #require(SlotID(rawValue: "charger"))
    channel = ChannelID(device: try #require(DeviceID(rawValue: "charger-1")), number: 2)
  }

  private func record(_ standing: Standing, reason: String? = nil, sale: String? = nil) -> PaymentRecord {
    PaymentRecord(
      name: "pay_1",
      payment: Payments.make("A1", chain: .nanoSim, account: account, amount: Amount(5), earliestAtMS: 9),
      standing: standing,
      reason: reason,
      recordedAtMS: 10,
      sale: sale.map { SaleID(rawValue: $0) }
    )
  }

  private func quote() -> Quote {
    Quote(
      id: "quo_1",
      slot: slot,
      account: account,
      ownsAccount: true,
      due: Amount(8),
      price: Amount(8),
      purchase: Purchase(ms: 1),
      priceVersion: 1,
      createdAtMS: 1,
      expiresAtMS: 2,
      client: "c",
      received: Amount(5)
    )
  }

  @Test func tellsOfPayments() {
    let facts =
      #""id":"pay_1","chain":"nano:sim","transaction":"A1","position":0,"account":"nano_1","amount":"5","asset":"XNO","decimals":30,"earliest_at_ms":9"#
    #expect(
      EventDraft.payment(.confirmed, record(.sold, sale: "sal_1"))
        == EventDraft(type: "payment.confirmed", data: "{\(facts),\"standing\":\"sold\",\"sale\":\"sal_1\"}")
    )
    #expect(
      EventDraft.payment(.held, record(.held, reason: "no_slot"))
        == EventDraft(type: "payment.held", data: "{\(facts),\"standing\":\"held\",\"reason\":\"no_slot\"}")
    )
    #expect(
      EventDraft.payment(.partial, record(.part), quote: quote())
        == EventDraft(
          type: "payment.partial",
          data: "{\(facts),\"standing\":\"part\",\"quote\":\"quo_1\",\"received\":\"5\",\"due\":\"8\"}"
        )
    )
    #expect(EventDraft.payment(.beforeStart, record(.beforeStart)).type == "payment.before_start")
  }

  @Test func namesNoUnitThatItDoesNotKnow() throws {
    let chain = try #require(Chain(rawValue: "waves:W"))
    let there = Account(chain: chain, canonical: "3P")
    let payment = Payments.make("A1", chain: chain, account: there, amount: Amount(5), earliestAtMS: 9)
    let draft = EventDraft.payment(
      .confirmed,
      PaymentRecord(name: "pay_1", payment: payment, standing: .sold, reason: nil, recordedAtMS: 10, sale: nil)
    )
    let facts = try JSONValue(parsing: draft.data)
    #expect(facts["amount"] == "5")
    #expect(facts["asset"] == nil)
    #expect(facts["decimals"] == nil)
  }

  @Test func tellsOfSales() {
    var sale = Sale(
      id: SaleID(rawValue: "sal_1"),
      slot: slot,
      payment: record(.sold).payment.id,
      quote: nil,
      purchase: Purchase(ms: 60_000, function: "wash"),
      price: Amount(4),
      remainder: Amount(1),
      createdAtMS: 3
    )
    let facts =
      #""id":"sal_1","slot":"charger","chain":"nano:sim","transaction":"A1","position":0,"ms":60000,"function":"wash","price":"4","remainder":"1","asset":"XNO","decimals":30"#
    #expect(EventDraft.created(sale) == EventDraft(type: "sale.created", data: "{\(facts)}"))
    #expect(EventDraft.sale(sale) == EventDraft(type: "sale.resumed", data: "{\(facts)}"))
    sale.outcome = .refundDue
    sale.reason = "expired:never_offered"
    sale.endedAtMS = 8
    #expect(
      EventDraft.sale(sale)
        == EventDraft(
          type: "sale.refund_due",
          data: "{\(facts),\"outcome\":\"refund_due\",\"reason\":\"expired:never_offered\",\"ended_at_ms\":8}"
        )
    )
  }

  @Test func tellsOfWork() {
    var dispatch = Dispatch(
      id: DispatchID(rawValue: "dsp_1"),
      sequence: 1,
      sale: nil,
      slot: nil,
      channel: channel,
      command: Dispatch.Command(mode: .stop, ms: 0, once: false),
      deadlineMS: 9,
      doubtMS: 9,
      createdAtMS: 1
    )
    #expect(
      EventDraft.queued(dispatch)
        == EventDraft(
          type: "dispatch.queued",
          data:
            #"{"id":"dsp_1","test":true,"device":"charger-1","channel":2,"mode":"stop","ms":0,"once":false,"state":"waiting","attempts":0,"deadline_at_ms":9}"#
        )
    )
    dispatch.number = 7
    let words: [(Dispatch.State, Outcome?, String)] = [
      (.offered, nil, "sent"), (.accepted, nil, "accepted"), (.doubt, nil, "doubt"), (.settled, .done, "done"),
      (.settled, .unknown, "unknown"),
    ]
    for (state, outcome, word) in words {
      dispatch.state = state
      dispatch.outcome = outcome
      #expect(EventDraft.dispatch(dispatch).type == "dispatch.\(word)")
    }
  }

  @Test func tellsOfDevicesOnlyWhatChanged() {
    let device = Device(id: channel.device, title: "Gate")
    #expect(
      EventDraft.added(device)
        == EventDraft(
          type: "device.added",
          data: #"{"id":"charger-1","title":"Gate","standing":"trusted","key_serials":[1]}"#
        )
    )
    var seen = device
    seen.lastSeenMS = 5
    seen.epoch = 4
    seen.boot = 3
    seen.firmware = "1"
    #expect(EventDraft.changes(from: device, to: seen).isEmpty)
    var changed = seen
    changed.standing = .quarantined
    changed.title = "Door"
    changed.keySerials = [1, 2]
    #expect(
      EventDraft.changes(from: seen, to: changed).map(\.type)
        == ["device.quarantined", "device.renamed", "device.keys_changed"]
    )
  }

  @Test func tellsOfOutputsAndSlots() {
    #expect(
      EventDraft.channel(channel, heldBecause: "odd")
        == EventDraft(type: "channel.held", data: #"{"device":"charger-1","channel":2,"reason":"odd"}"#)
    )
    #expect(
      EventDraft.channel(channel, heldBecause: nil)
        == EventDraft(type: "channel.released", data: #"{"device":"charger-1","channel":2}"#)
    )
    #expect(
      EventDraft.slot(slot, closedBecause: "painting")
        == EventDraft(type: "slot.closed", data: #"{"id":"charger","reason":"painting"}"#)
    )
    #expect(EventDraft.slot(slot, closedBecause: nil) == EventDraft(type: "slot.opened", data: #"{"id":"charger"}"#))
    #expect(
      EventDraft.alarm(channel.device, "a \"copy\"?")
        == EventDraft(type: "device.alarm", data: #"{"id":"charger-1","text":"a \"copy\"?"}"#)
    )
  }
}
