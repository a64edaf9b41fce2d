import Coinslot
import Testing

@testable import Web

struct ProgressTests {
  private let payment = World.payment(1)

  @Test func saleOnItsWay() {
    let sale = World.sale("sal_1", payment: payment)
    #expect(Progress(of: sale, dispatch: nil) == .confirmed(sale))
    #expect(Progress(of: sale, dispatch: World.dispatch(sale: sale.id)) == .confirmed(sale))
    #expect(Progress(of: sale, dispatch: World.dispatch(sale: sale.id, state: .offered)) == .confirmed(sale))
    #expect(Progress(of: sale, dispatch: World.dispatch(sale: sale.id, state: .doubt)) == .doubt(sale))
    let running = World.dispatch(sale: sale.id, state: .accepted, leftMS: 500, leftAtMS: 1_000)
    #expect(Progress(of: sale, dispatch: running) == .running(sale, endsAtMS: 1_500))
  }

  @Test(arguments: Outcome.allCases)
  func endedSaleSaysHow(_ outcome: Outcome) {
    let sale = World.sale("sal_1", payment: payment, outcome: outcome)
    let progress = Progress(of: sale, dispatch: World.dispatch(sale: sale.id, state: .accepted, leftMS: 5, leftAtMS: 5))
    #expect(progress == .ended(sale, outcome) && progress.isFinal)
    #expect(progress.step == (outcome == .done || outcome == .sent ? 4 : nil))
  }

  @Test(arguments: Outcome.allCases, Language.allCases)
  func everyEndHasWords(_ outcome: Outcome, _ language: Language) {
    let sale = World.sale("sal_1", payment: payment, outcome: outcome, reason: "underpaid")
    let text = ProgressText(.ended(sale, outcome), paid: World.xno(3), asset: .nano, words: language.words)
    #expect(!text.headline.isEmpty && !text.detail.isEmpty)
    #expect(!text.headline.contains("{") && !text.detail.contains("{"))
    let isGood = outcome == .done || outcome == .sent
    #expect((text.tone == "good") == isGood)
  }

  @Test(arguments: HoldReason.allCases)
  func everyReasonHasItsOwnWords(_ reason: HoldReason) {
    let text = ProgressText(.held(reason: reason.rawValue), paid: nil, asset: .nano, words: .english)
    let unknown = ProgressText(.held(reason: "something new"), paid: nil, asset: .nano, words: .english)
    #expect(text.detail != unknown.detail && text.detail.contains("not lost"))
  }

  @Test func owedMoneyIsWhatWasPaid() {
    let sale = World.sale("sal_1", payment: payment, outcome: .expired)
    let text = ProgressText(.ended(sale, .expired), paid: World.xno(3), asset: .nano, words: .german)
    #expect(text.detail.contains("0,3 XNO"))
  }
}

struct StateTextTests {
  static let states: [SlotState] = [
    .ready, .busy(untilMS: 90_000, extends: true), .busy(untilMS: 90_000, extends: false), .occupied(untilMS: 90_000),
    .away, .closed("Back at noon"), .closed(""), .notWatching, .trouble("http://10.0.0.3 is behind"), .outOfOrder,
  ]

  @Test(arguments: states, Language.allCases)
  func everyStateHasWords(_ state: SlotState, _ language: Language) {
    let text = StateText(state, nowMS: 0, words: language.words)
    #expect(!text.word.isEmpty && !text.detail.isEmpty && !text.detail.contains("{"))
    #expect((text.tone == "shut") == !state.invites)
    #expect(!text.detail.contains("10.0.0.3"))
  }

  @Test func timeIsRoundedUp() {
    let text = StateText(.occupied(untilMS: 61_000), nowMS: 0, words: .english)
    #expect(text.detail.contains("2 minutes"))
    #expect(StateText(.occupied(untilMS: 20_000), nowMS: 0, words: .english).detail.contains("20 seconds"))
    #expect(StateText(.occupied(untilMS: 0), nowMS: 5_000, words: .english).detail.contains("1 second"))
  }

  @Test func operatorsWordsAreShown() {
    #expect(StateText(.closed("Back at noon"), nowMS: 0, words: .english).detail == "Back at noon")
  }
}
