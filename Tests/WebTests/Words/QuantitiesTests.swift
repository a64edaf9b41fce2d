import Coinslot
import Testing

@testable import Web

struct QuantitiesTests {
  @Test(arguments: [
    (UInt64(0), "a moment"), (999, "a moment"), (1_000, "1 second"), (59_999, "59 seconds"), (60_000, "1 minute"),
    (600_000, "10 minutes"), (90_000, "1 minute 30 seconds"), (3_600_000, "1 hour"), (5_400_000, "1 hour 30 minutes"),
    (3_601_000, "1 hour"), (86_400_000, "1 day"), (180_000_000, "2 days 2 hours"),
  ])
  func durationInWords(_ ms: UInt64, _ text: String) {
    #expect(Words.english.duration(ms: ms) == text)
  }

  @Test func durationInGerman() {
    #expect(Words.german.duration(ms: 5_460_000) == "1 Stunde 31 Minuten")
  }

  @Test(arguments: [
    (UInt64(0), "0:00"), (1, "0:01"), (1_000, "0:01"), (59_001, "1:00"), (598_000, "9:58"), (3_723_000, "1:02:03"),
  ])
  func countdownRoundsUp(_ ms: UInt64, _ text: String) {
    #expect(Words.english.countdown(ms: ms) == text)
  }

  @Test func amountHasTheLanguagesSign() {
    #expect(Words.english.amount(World.tenth, .nano) == "0.1 XNO")
    #expect(Words.german.amount(World.tenth, .nano) == "0,1 XNO")
    #expect(Words.german.amount(Asset.nano.one, .nano) == "1 XNO")
    #expect(Words.english.amount(Amount(1), .nano) == "0.000000000000000000000000000001 XNO")
  }

  @Test func purchaseInWords() {
    #expect(Words.english.purchase(Purchase(ms: 0)) == "once")
    #expect(Words.english.purchase(Purchase(ms: 0, function: "horn")) == "horn")
    #expect(Words.english.purchase(Purchase(ms: 60_000, function: "light")) == "light, 1 minute")
  }
}
