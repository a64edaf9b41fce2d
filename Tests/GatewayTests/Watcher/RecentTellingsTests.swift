import Coinslot
import Testing

@testable import Gateway

@Suite struct RecentTellingsTests {
  static func id(_ number: Int) -> PaymentID { PaymentID(chain: .nanoSim, transaction: "\(number)") }

  @Test func tellsWhoHasHadAPayment() {
    var recent = RecentTellings()
    #expect(recent.tell(Self.id(1), upTo: 3) == 0)
    #expect(recent.tell(Self.id(1), upTo: 3) == 3)
    #expect(recent.tell(Self.id(1), upTo: 5) == 3)
    #expect(recent.tell(Self.id(1), upTo: 5) == 5)
    #expect(recent.tell(Self.id(2), upTo: 5) == 0)
  }

  @Test func forgetsTheOldestAndNoOther() {
    var recent = RecentTellings(limit: 3)
    for number in 1...4 { #expect(recent.tell(Self.id(number), upTo: 9) == 0) }
    for number in 2...4 { #expect(recent.tell(Self.id(number), upTo: 9) == 9) }
    #expect(recent.tell(Self.id(1), upTo: 9) == 0)
    #expect(recent.tell(Self.id(2), upTo: 9) == 0)
    #expect(recent.tell(Self.id(4), upTo: 9) == 9)
  }
}
