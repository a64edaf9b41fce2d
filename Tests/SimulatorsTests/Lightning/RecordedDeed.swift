import Foundation
import Primitives
import Testing

@testable import Simulators

/// Something that happened on the recorded node between two recorded exchanges, as their notes tell.
enum RecordedDeed {
  /// An invoice was made.
  case make(String, UInt64?, String, expiry: UInt64 = 604_800)
  /// It was paid.
  case pay(String, UInt64)
  case part(String, UInt64, of: UInt64)
  /// Somebody tried to pay it and was refused.
  case fail(String, UInt64)
  case keysend(UInt64, String?)
  /// An invoice was fetched for the offer, by its place in the order of making, and paid or not.
  case offer(Int, UInt64?, String?, payer: UInt64, isPaid: Bool = true)
  case delete(String)
  case deletePaid
  case forward(Int64)
  /// Killed and started again.
  case kill(catchUpMS: Int = 0)
  /// The node lost or got its channel.
  case channels(Bool)
  case snapshot, rollBack

  func happen(to simulator: LightningSimulator) async throws {
    switch self {
    case .make(let label, let msat, let text, let expiry):
      try await simulator.makeForeignInvoice(label: label, msat: msat, description: text, expirySeconds: expiry)
    case .pay(let label, let msat): #expect(try await simulator.pay(hash(label, simulator), msat: msat).state == "paid")
    case .part(let label, let msat, let total):
      try await simulator.pay(hash(label, simulator), msat: msat, totalMsat: total)
    case .fail(let label, let msat):
      let hash = try await hash(label, simulator)
      await #expect(throws: ToyPaymentRefusal.self, "\(label)") { try await simulator.pay(hash, msat: msat) }
    case .keysend(let msat, let text): try await simulator.keysend(msat: msat, message: text)
    case .offer(let place, let msat, let note, let payer, let isPaid):
      let offers = try await simulator.onLoop { $0.books.offers.values.map { ($0.text, $0.description ?? "") } }
      let descriptions = ["Horn, BOLT12", "Any amount, BOLT12", "single use"]
      let texts = offers.filter { $0.1 == descriptions[place] }.map(\.0)
      // Of the two that are the same the one that was told first.
      let first = place == 0 ? try await simulator.firstHornOffer() : texts.first
      try await simulator.payOffer(#require(first), msat: msat, note: note, payer: payer, isPaid: isPaid)
    case .delete(let label): try await simulator.delete(hash(label, simulator))
    case .deletePaid:
      for invoice in try await simulator.onLoop({ $0.books.all.filter { $0.state == .paid } }) {
        try await simulator.delete(invoice.paymentHash.hex())
      }
    case .forward(let seconds): try await simulator.forward(seconds: seconds)
    case .kill(let catchUpMS): try await simulator.restart(catchUpMS: catchUpMS)
    case .channels(let isThere):
      try await simulator.onLoop { $0.channels = isThere ? $0.options.channels : [] }
    case .snapshot: try await simulator.takeSnapshot("recorded")
    case .rollBack: try await simulator.rollBack(to: "recorded")
    }
  }

  private func hash(_ label: String, _ simulator: LightningSimulator) async throws -> String {
    let found = try await simulator.onLoop { $0.books.invoice(label: Array(label.utf8))?.paymentHash.hex() }
    return try #require(found, "no invoice \(label)")
  }
}

extension LightningSimulator {
  /// Of the two recorded offers with the same words the first: the one whose metadata was minted first.
  fileprivate func firstHornOffer() async throws -> String? {
    try await onLoop { node in
      let texts = Set(node.books.offers.values.map(\.text))
      var wish = ToyOfferWish(msat: 21_000, description: "Horn, BOLT12")
      wish.issuer = "Coinslot demo"
      return (1...node.books.minted).lazy
        .map { node.key.offer(wish, metadata: node.books.secret("mint \($0)")).text }.first { texts.contains($0) }
    }
  }
}

/// What happened around the recorded exchanges.
enum RecordedStory {
  /// Before an exchange.
  static let before: [String: [RecordedDeed]] = [
    "getinfo_no_channel": [.channels(false)],
    "id_null": [.channels(true)],
    "listinvoices_expired": [.forward(2)],
    "waitanyinvoice_overpaid_30000": [.make("coinslot:over:30000", 21_000, "overpaid test")],
    "waitanyinvoice_overpaid_42000": [.make("coinslot:over:42000", 21_000, "overpaid test")],
    "listinvoices_after_too_much": [
      .make("coinslot:over:42001", 21_000, "more than twice"), .fail("coinslot:over:42001", 42_001),
    ],
    "listinvoices_after_too_little": [
      .make("coinslot:under:20999", 21_000, "too little"), .fail("coinslot:under:20999", 20_999),
    ],
    "listinvoices_after_second_payment_attempt": [.fail("coinslot:any:01", 34_567)],
    "waitanyinvoice_cursor_beyond_end_then_paid": [.make("coinslot:beyond:01", 1_000, "cursor beyond the end")],
    "walk_after_absence_0": [
      .make("coinslot:burst:0", 1_000, "burst"), .make("coinslot:burst:1", 1_001, "burst"),
      .make("coinslot:burst:2", 1_002, "burst"), .pay("coinslot:burst:0", 1_000), .pay("coinslot:burst:1", 1_001),
      .pay("coinslot:burst:2", 1_002),
    ],
    "listinvoices_order_second": [
      .make("coinslot:order:first", 2_000, "created first"), .make("coinslot:order:second", 2_000, "created second"),
      .pay("coinslot:order:second", 2_000), .pay("coinslot:order:first", 2_000),
    ],
    "delinvoice_paid": [
      .make("coinslot:gap:01", 1_000, "gap"), .make("coinslot:gap:02", 1_000, "gap 2"),
      .pay("coinslot:gap:01", 1_000), .pay("coinslot:gap:02", 1_000),
    ],
    "waitinvoice_deleted_while_waiting": [.make("coinslot:delwait:01", 1_000, "delete while waiting")],
    "waitinvoice_expired_while_waiting": [.make("coinslot:expwait:01", 1_000, "expires while waiting", expiry: 1)],
    "listinvoices_late_payment": [
      .make("coinslot:late:01", 1_000, "late", expiry: 1), .forward(2), .fail("coinslot:late:01", 1_000),
    ],
    "listinvoices_bolt12_unpaid": [.offer(0, nil, "fetched only", payer: 2, isPaid: false)],
    "waitanyinvoice_bolt12_single_use": [
      .offer(2, nil, nil, payer: 4, isPaid: false), .offer(2, nil, nil, payer: 5, isPaid: false),
    ],
    "first_getinfo_after_kill_and_restart": [.kill(catchUpMS: 600_000)],
    "waitanyinvoice_paid_after_restart": [.kill(), .make("coinslot:restart:01", 21_000, "paid after restart")],
    "waitanyinvoice_paid_then_killed": [
      .make("coinslot:restart:02", 21_000, "paid just before a kill"), .pay("coinslot:restart:02", 21_000), .kill(),
    ],
    "getinfo_first_after_start_3000_blocks_behind": [.kill(catchUpMS: 600_000)],
    "getinfo_after_sync": [.kill()],
    "parse_error_glued_to_valid_request": [.make("coinslot:perr:01", 1_000, "parse error")],
    "listinvoices_mpp_half_received": [
      .pay("coinslot:perr:01", 1_000), .make("coinslot:mpp:01", 21_000, "two parts"),
      .part("coinslot:mpp:01", 10_000, of: 21_000),
    ],
    "waitanyinvoice_four_concurrent_payments_first": (0..<4).map {
      .make("coinslot:conc:\($0)", 3_000 + $0, "concurrent")
    },
    "waitanyinvoice_all_paid_deleted": [.deletePaid],
    "waitanyinvoice_counter_after_delete_and_restart": [
      .kill(), .make("coinslot:after:clean", 1_000, "after all paid invoices were deleted"),
    ],
    // A minute later the invoice with the short life has expired.
    "parse_error_after_blocked_wait": [
      .forward(61), .make("coinslot:perr:02", 1_000, "parse error after a blocked wait"),
    ],
    "waitanyinvoice_after_client_vanished": [
      .make("coinslot:gone:01", 1_500, "client gone"), .pay("coinslot:gone:01", 1_500),
    ],
    "rollback_1_paid_before": [
      .snapshot, .make("coinslot:roll:01", 21_000, "paid, then the database was rolled back"),
    ],
    "rollback_2_cursor_now_beyond_end": [.rollBack],
    "rollback_5_answer_not_above_cursor": [
      .make("coinslot:roll:02", 22_000, "another invoice after the rollback")
    ],
  ]

  /// While an exchange, and those that are told to wait with it, are under way.
  static let during: [String: [RecordedDeed]] = [
    "waitanyinvoice_blocked_then_paid": [.pay("coinslot:horn:01", 21_000)],
    "broadcast_waitanyinvoice_first_connection": [.pay("coinslot:lnurl:01", 21_000)],
    "waitanyinvoice_any_amount_paid": [.pay("coinslot:any:01", 34_567)],
    "waitanyinvoice_overpaid_30000": [.pay("coinslot:over:30000", 30_000)],
    "waitanyinvoice_overpaid_42000": [.pay("coinslot:over:42000", 42_000)],
    "waitanyinvoice_cursor_beyond_end_then_paid": [.pay("coinslot:beyond:01", 1_000)],
    "waitinvoice_expired_while_waiting": [.forward(2)],
    "waitanyinvoice_keysend": [.keysend(5_000, nil)],
    "waitanyinvoice_keysend_message": [.keysend(5_001, "Hupe für Alice")],
    "waitanyinvoice_bolt12_amount": [.offer(0, nil, "Grüße von Bob", payer: 1)],
    "waitanyinvoice_bolt12_any": [.offer(1, 12_345, nil, payer: 3)],
    "waitanyinvoice_bolt12_single_use": [.offer(2, nil, nil, payer: 4)],
    "wait_invoices_created_then_created": [.make("coinslot:wait:01", 1_000, "x", expiry: 1)],
    "wait_invoices_updated_then_expired": [.forward(2)],
    "wait_invoices_deleted_then_deleted": [.delete("coinslot:wait:01")],
    "kill_during_waitanyinvoice": [.kill()],
    "waitanyinvoice_paid_after_restart": [.pay("coinslot:restart:01", 21_000)],
    "graceful_stop_during_waitanyinvoice": [.kill()],
    "waitanyinvoice_mpp_complete": [.part("coinslot:mpp:01", 11_000, of: 21_000)],
    "waitanyinvoice_four_concurrent_payments_first": [3, 1, 2, 0].map { .pay("coinslot:conc:\($0)", 3_000 + $0) },
    "waitanyinvoice_own_preimage": [.pay("coinslot:pre:1", 1_000)],
    "waitanyinvoice_description_removed": [.pay("coinslot:strmsat:01", 21_000)],
    "waitanyinvoice_escapes_in_description": [.pay("coinslot:desc:nl", 21_000)],
    "waitanyinvoice_number_label": [.pay("12345", 21_000)],
    "waitanyinvoice_counter_after_delete_and_restart": [.pay("coinslot:after:clean", 1_000)],
    "parse_error_after_blocked_wait": [.pay("coinslot:perr:02", 1_000)],
    "rollback_1_paid_before": [.pay("coinslot:roll:01", 21_000)],
    "rollback_5_answer_not_above_cursor": [.pay("coinslot:roll:02", 22_000)],
  ]

  /// Exchanges that were under way together, in the order in which they were sent; the first one's deeds are theirs.
  static let together: [[String]] = [
    [
      "broadcast_waitanyinvoice_first_connection", "broadcast_waitanyinvoice_second_connection",
      "broadcast_waitinvoice",
      "wait_invoices_updated_then_paid",
    ],
    ["waitinvoice_deleted_while_waiting", "delinvoice_while_waiting"],
    ["graceful_stop_during_waitanyinvoice", "graceful_stop_during_waitinvoice"],
  ]

  /// Exchanges on the connection of the one before.
  static let onSameConnection: Set<String> = [
    "after_parse_error_next_request", "after_parse_error_write", "unfinished_request_completed",
    "request_after_parse_error",
  ]
}
