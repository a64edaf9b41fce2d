import Coinslot
import TestKit
import Testing

@Suite struct LowDigitsTests {
  static let step: UInt128 = 1_000_000_000_000_000_000_000_000

  /// Unique, never zero, enterable in a wallet, never reaching the next price; and full is full.
  @Test(arguments: 0..<50)
  func choosesFreePartsUntilNoneIsLeft(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let price = Amount(Self.step * UInt128.random(in: 1...1_000_000, using: &random))
    let next = Amount(price.units + Self.step * UInt128.random(in: 1...1_200, using: &random))
    let room = LowDigits.room(price: price, next: next, asset: .nano)
    var taken: Set<Amount> = []
    for _ in 0..<room {
      let amount = LowDigits.choose(price: price, next: next, asset: .nano, taken: taken, chance: random.next())
      guard let amount else { Issue.record("room was promised"); return }
      #expect(amount > price && amount < next)
      #expect((amount.units - price.units) % Self.step == 0)
      #expect(taken.insert(amount).inserted)
    }
    #expect(LowDigits.choose(price: price, next: next, asset: .nano, taken: taken, chance: random.next()) == nil)
  }

  @Test func thereIsNoRoomBetweenPricesThatAreTooClose() {
    let price = Amount(Self.step)
    #expect(LowDigits.room(price: price, next: Amount(Self.step * 2), asset: .nano) == 0)
    #expect(LowDigits.choose(price: price, next: Amount(Self.step * 2), asset: .nano, taken: [], chance: 0) == nil)
    #expect(LowDigits.room(price: price, next: nil, asset: .nano) == 999)
  }
}
