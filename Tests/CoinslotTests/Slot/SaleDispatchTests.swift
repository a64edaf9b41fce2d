import Coinslot
import TestKit
import Testing

/// A sale ends as its work ends.
@Suite struct SaleDispatchTests {
  let sale: Sale
  let dispatch: Dispatch

  init() throws {
    let slot = try #require(SlotID(rawValue: "charger"))
    let device = try #require(DeviceID(rawValue: "charger-1"))
    let account = Account(chain: .nanoSim, canonical: "nano_1")
    sale = Sale(
      id: SaleID(rawValue: "sal_1"),
      slot: slot,
      payment: Payments.make(account: account, amount: Amount(1), earliestAtMS: 1).id,
      quote: nil,
      purchase: Purchase(ms: 1),
      price: Amount(1),
      remainder: .zero,
      createdAtMS: 1
    )
    dispatch = Dispatch(
      id: DispatchID(rawValue: "dsp_1"),
      sequence: 1,
      sale: sale.id,
      slot: slot,
      channel: ChannelID(device: device, number: 0),
      command: Dispatch.Command(mode: .new, ms: 1, once: true),
      deadlineMS: 9,
      doubtMS: 9,
      createdAtMS: 1
    )
  }

  @Test(arguments: Outcome.allCases, [nil, "why"]) func endsAsItsWork(_ outcome: Outcome, _ reason: String?) {
    let ended = sale.following(dispatch.ended(outcome, reason, atMS: 7))
    #expect(ended.endedAtMS == 7)
    switch outcome {
    case .expired, .failed:
      #expect(ended.outcome == .refundDue)
      #expect(ended.reason == (reason == nil ? outcome.rawValue : "\(outcome.rawValue):why"))
    default:
      #expect(ended.outcome == outcome)
      #expect(ended.reason == reason)
    }
  }

  @Test(arguments: Outcome.allCases) func runsAgainWhereItsEndWasCorrected(_ outcome: Outcome) {
    let ended = sale.following(dispatch.ended(outcome, "why", atMS: 7))
    let isFinal = outcome == .refunded || outcome == .reverted
    #expect(ended.following(dispatch) == (isFinal ? ended : sale))
    #expect(ended.following(dispatch.ended(.done, nil, atMS: 8)).outcome == (isFinal ? outcome : .done))
  }

  @Test func changesNothingWhileItsWorkRuns() {
    #expect(sale.following(dispatch) == sale)
    var accepted = dispatch
    accepted.state = .accepted
    accepted.acceptedAtMS = 5
    #expect(sale.following(accepted) == sale)
  }

  @Test(arguments: Outcome.allCases) func countsANumberAsKeptOnlyWhereTheDeviceShowedIt(_ outcome: Outcome) {
    var numbered = dispatch
    numbered.number = 4
    let isKept = [.done, .partly, .failed].contains(outcome)
    #expect(numbered.ended(outcome, nil, atMS: 7).isAcknowledged == isKept)
    #expect(!dispatch.ended(outcome, nil, atMS: 7).isAcknowledged, "without a number there is nothing to keep")
    numbered.acceptedAtMS = 5
    #expect(numbered.ended(outcome, nil, atMS: 7).isAcknowledged, "it was accepted before")
  }
}
