import Coinslot
import TestKit
import Testing

@Suite struct AmountTests {
  @Test(arguments: [
    ("0", "0"), ("1", "0.000000000000000000000000000001"), ("100000000000000000000000000000", "0.1"),
    ("1000000000000000000000000000000", "1"),
    ("340282366920938463463374607431768211455", "340282366.920938463463374607431768211455"),
  ])
  func writesAndReadsBothForms(units: String, xno: String) throws {
    let amount = try Amount(units: units)
    #expect(amount.description == units)
    #expect(Asset.nano.text(amount) == xno)
    #expect(try Asset.nano.amount(xno) == amount)
    #expect(try Asset.nano.amount(withUnit: "\(xno) XNO") == amount)
    #expect(try Asset.nano.amount(withUnit: "\(units) raw") == amount)
    #expect(Amount(bytes: amount.bytes) == amount)
  }

  @Test(arguments: ["", "-1", "+1", "01", "1.0", "1e3", " 1", "1 ", "１", "340282366920938463463374607431768211456"])
  func refusesAnythingElse(_ text: String) {
    #expect(throws: AmountRefusal.self) { try Amount(units: text) }
  }

  @Test(arguments: ["0.1", "0.1  ", "0.1 BTC", "0.1XNO", "0.1 XNO now", " XNO", "1.5 raw"])
  func refusesAmountsWithoutTheirUnit(_ text: String) {
    #expect(throws: AmountRefusal.self) { try Asset.nano.amount(withUnit: text) }
  }

  @Test(arguments: 0..<200)
  func roundTripsEveryAmount(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let amount = Amount(UInt128.random(in: 0...(.max), using: &random) >> UInt128.random(in: 0...127, using: &random))
    #expect(try Asset.nano.amount(Asset.nano.text(amount)) == amount)
    #expect(try Amount(units: amount.description) == amount)
    let other = Amount(UInt128.random(in: 0...(.max), using: &random))
    #expect((amount < other) == amount.bytes.lexicographicallyPrecedes(other.bytes))
  }

  @Test func neverOverflows() {
    #expect(Amount(.max).adding(Amount(1)) == nil)
    #expect(Amount(1).subtracting(Amount(2)) == nil)
    #expect(Amount(.max).doubled == Amount(.max))
  }
}
