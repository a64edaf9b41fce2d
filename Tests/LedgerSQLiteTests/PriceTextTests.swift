import Coinslot
import Testing

@testable import LedgerSQLite

/// Price rules come back from the ledger as they went in.
@Suite struct PriceTextTests {
  static let table: [(PriceRule, String)] = [
    (.exact(Step(at: Amount(100), gives: Purchase(ms: 600_000))), #"{"exact":{"at":"100","ms":600000}}"#),
    (
      .exact(Step(at: Amount(.max), gives: Purchase(ms: .max, function: "a\"b"))),
      #"{"exact":{"at":"340282366920938463463374607431768211455","ms":18446744073709551615,"function":"a\"b"}}"#
    ),
    (
      .steps([Step(at: Amount(1), gives: Purchase(ms: 1)), Step(at: Amount(2), gives: Purchase(ms: 2))]),
      #"{"steps":[{"at":"1","ms":1},{"at":"2","ms":2}]}"#
    ),
    (.steps([]), #"{"steps":[]}"#),
    (
      .functions([Step(at: Amount(1), gives: Purchase(ms: 0, function: "wash"))]),
      #"{"functions":[{"at":"1","ms":0,"function":"wash"}]}"#
    ),
    (
      .rate(perMinute: Amount(10), minimum: Amount(5), capMS: 3_600_000),
      #"{"rate":{"per_minute":"10","minimum":"5","cap_ms":3600000}}"#
    ),
  ]

  @Test(arguments: table) func writesAndReads(_ rule: PriceRule, _ text: String) {
    #expect(PriceText.write(rule) == text)
    #expect(PriceText.read(text) == rule)
  }

  @Test(arguments: [
    "", "{}", "[]", "null", #"{"exact":{}}"#, #"{"exact":{"at":100,"ms":1}}"#, #"{"exact":{"at":"100","ms":"1"}}"#,
    #"{"exact":{"at":"0100","ms":1}}"#, #"{"exact":{"at":"-1","ms":1}}"#, #"{"exact":{"at":"1.5","ms":1}}"#,
    #"{"exact":{"at":"340282366920938463463374607431768211456","ms":1}}"#, #"{"exact":{"at":"1","ms":-1}}"#,
    #"{"exact":{"at":"1","ms":1,"function":7}}"#, #"{"steps":{"at":"1","ms":1}}"#, #"{"steps":[{"at":"1"}]}"#,
    #"{"steps":[1]}"#, #"{"rate":{"per_minute":"1","minimum":"1"}}"#, #"{"free":{"at":"1","ms":1}}"#,
    #"{"exact":{"at":"1","ms":1},"steps":[]}"#, #"{"exact":{"at":"1","ms":1}} "x"#,
  ]) func refusesOtherTexts(_ text: String) {
    #expect(PriceText.read(text) == nil)
  }
}
