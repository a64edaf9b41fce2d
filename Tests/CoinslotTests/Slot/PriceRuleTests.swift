import Coinslot
import TestKit
import Testing

@Suite struct PriceRuleTests {
  static let charger = PriceRule.steps([
    Step(at: nano("0.1"), gives: Purchase(ms: 10 * minute)), Step(at: nano("0.2"), gives: Purchase(ms: 20 * minute)),
    Step(at: nano("0.5"), gives: Purchase(ms: 60 * minute)),
  ])

  @Test(arguments: [
    ("0.1", 10, "0.1", "0"), ("0.15", 10, "0.1", "0.05"), ("0.199999", 10, "0.1", "0.099999"), ("0.2", 20, "0.2", "0"),
    ("0.49", 20, "0.2", "0.29"), ("0.5", 60, "0.5", "0"), ("1", 60, "0.5", "0.5"),
  ])
  func stepsGiveTheHighestLineReached(paid: String, minutes: UInt64, price: String, remainder: String) {
    let want = PriceAnswer.buys(Purchase(ms: minutes * minute), price: nano(price), remainder: nano(remainder))
    #expect(Self.charger.answer(nano(paid)) == want)
  }

  @Test func belowTheFirstLineIsTooLittle() {
    #expect(Self.charger.answer(nano("0.1").subtracting(Amount(1)) ?? .zero) == .tooLittle(least: nano("0.1")))
    #expect(Self.charger.answer(.zero) == .tooLittle(least: nano("0.1")))
  }

  @Test func aboveTwiceTheDearestIsTooMuch() {
    let over = nano("1").adding(Amount(1)) ?? .zero
    #expect(Self.charger.answer(over) == .tooMuch(dearest: nano("0.5")))
    #expect(Self.charger.answer(Amount(.max)) == .tooMuch(dearest: nano("0.5")))
  }

  @Test func amountSelectsTheFunction() {
    let rule = PriceRule.functions([
      Step(at: Amount(21), gives: Purchase(ms: 0, function: "honk")),
      Step(at: Amount(42), gives: Purchase(ms: 0, function: "flash")),
    ])
    #expect(rule.answer(Amount(21)) == .buys(Purchase(ms: 0, function: "honk"), price: Amount(21), remainder: .zero))
    #expect(rule.answer(Amount(42)) == .buys(Purchase(ms: 0, function: "flash"), price: Amount(42), remainder: .zero))
    #expect(rule.answer(Amount(20)) == .tooLittle(least: Amount(21)))
    #expect(rule.answer(Amount(85)) == .tooMuch(dearest: Amount(42)))
  }

  static let meter = PriceRule.rate(perMinute: nano("0.01"), minimum: nano("0.1"), capMS: 120 * minute)

  @Test(arguments: [("0.1", 600_000), ("0.105", 630_000), ("0.11", 660_000), ("1.2", 7_200_000)])
  func rateGivesTimeByTheAmount(paid: String, ms: UInt64) {
    #expect(Self.meter.answer(nano(paid)) == .buys(Purchase(ms: ms), price: nano(paid), remainder: .zero))
  }

  @Test func rateStopsAtItsCapAndSaysWhatIsLeft() {
    #expect(
      Self.meter.answer(nano("2")) == .buys(Purchase(ms: 120 * minute), price: nano("1.2"), remainder: nano("0.8"))
    )
    #expect(Self.meter.answer(nano("2.5")) == .tooMuch(dearest: nano("1.2")))
    #expect(Self.meter.answer(nano("0.09")) == .tooLittle(least: nano("0.1")))
  }

  @Test func rateIsExactAtTheEndsOfTheRange() {
    let dear = PriceRule.rate(perMinute: Amount(.max), minimum: Amount(.max), capMS: .max)
    #expect(dear.answer(Amount(.max)) == .buys(Purchase(ms: 60_000), price: Amount(.max), remainder: .zero))
    let cheap = PriceRule.rate(perMinute: Amount(1), minimum: Amount(1), capMS: .max)
    #expect(cheap.answer(Amount(1)) == .buys(Purchase(ms: 60_000), price: Amount(1), remainder: .zero))
  }

  @Test(arguments: [
    PriceRule.steps([]), .exact(Step(at: .zero, gives: Purchase(ms: 1))),
    .steps([Step(at: Amount(2), gives: Purchase(ms: 1)), Step(at: Amount(2), gives: Purchase(ms: 2))]),
    .steps([Step(at: Amount(1), gives: Purchase(ms: 2)), Step(at: Amount(2), gives: Purchase(ms: 1))]),
    .rate(perMinute: .zero, minimum: Amount(1), capMS: 1), .rate(perMinute: Amount(1), minimum: .zero, capMS: 1),
    .rate(perMinute: Amount(1), minimum: Amount(1), capMS: 0),
    .rate(perMinute: Amount(.max), minimum: Amount(1), capMS: 1_000),
  ])
  func mistakesAreNamed(_ rule: PriceRule) { #expect(rule.mistake != nil) }

  @Test func goodRulesHaveNoMistake() {
    #expect(Self.charger.mistake == nil)
    #expect(Self.meter.mistake == nil)
  }

  /// For any rule and amount: price + remainder is what was paid, more money never buys less, nothing is free.
  @Test(arguments: 0..<300)
  func keepsItsProperties(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let rule = Self.anyRule(&random)
    guard rule.mistake == nil else { return }
    var amounts = (0..<40).map { _ in
      Amount(UInt128.random(in: 0...(.max), using: &random) >> UInt128.random(in: 0...127, using: &random))
    }
    amounts += [rule.least, rule.least.subtracting(Amount(1)) ?? .zero, .zero, Amount(.max)]
    var before: UInt64 = 0
    for amount in amounts.sorted() {
      switch rule.answer(amount) {
      case .buys(let purchase, let price, let remainder):
        #expect(price.adding(remainder) == amount)
        #expect(price > .zero)
        #expect(amount >= rule.least)
        if case .functions = rule { continue }
        #expect(purchase.ms >= before)
        before = purchase.ms
      case .tooLittle(let least): #expect(amount < least)
      case .tooMuch(let dearest): #expect(amount > dearest.doubled || dearest.doubled == Amount(.max))
      }
    }
  }

  static func anyRule(_ random: inout SeededRandom) -> PriceRule {
    let scale = UInt128.random(in: 1...100, using: &random) << UInt128.random(in: 0...110, using: &random)
    let lines = (1...Int.random(in: 1...6, using: &random)).map { n in
      Step(at: Amount(scale * UInt128(n)), gives: Purchase(ms: UInt64(n) * 1_000))
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return .exact(lines[0])
    case 1: return .steps(lines)
    case 2: return .functions(lines)
    default:
      return .rate(
        perMinute: Amount(scale),
        minimum: Amount(scale * UInt128.random(in: 1...5, using: &random)),
        capMS: UInt64.random(in: 60_000...100_000_000, using: &random)
      )
    }
  }
}

@Suite struct PriceVersionTests {
  static func version(_ number: Int, minutes: UInt64, at text: String) -> PriceVersion {
    let step = Step(at: nano(text), gives: Purchase(ms: minutes * minute))
    return PriceVersion(number: number, rule: .exact(step), fromMS: Int64(number))
  }

  @Test func theVersionKinderToThePayerCounts() {
    let old = Self.version(1, minutes: 10, at: "0.1"), new = Self.version(2, minutes: 5, at: "0.1")
    #expect(PriceVersion.kindest([old, new], for: nano("0.1"))?.version == 1)
    #expect(PriceVersion.kindest([new, old], for: nano("0.1"))?.version == 1)
  }

  @Test func aSaleIsKinderThanNone() {
    let old = Self.version(1, minutes: 10, at: "0.1"), dearer = Self.version(2, minutes: 60, at: "0.3")
    #expect(PriceVersion.kindest([old, dearer], for: nano("0.1"))?.version == 1)
    #expect(PriceVersion.kindest([old, dearer], for: nano("0.3"))?.version == 2)
  }

  @Test func withoutVersionsThereIsNoAnswer() { #expect(PriceVersion.kindest([], for: nano("1")) == nil) }
}
