import Coinslot
import Cryptography
import Nano
import Primitives
import Testing

@Suite struct PayHandoffTests {
  private let handoff = PayHandoff(
    account: Sample.account,
    amount: Amount(5),
    methods: [.init(type: "http", url: "https://pay.example.org/h/1")],
    label: "~~~???",
    message: "m",
    isExact: false,
    needsWork: false,
    isReusable: true
  )

  @Test func printsAndReadsBackInEveryAlphabet() throws {
    #expect(try PayHandoff(parsing: handoff.text) == handoff)
    let bytes = try Sodium.Base64.decode(Array(handoff.text.utf8.dropFirst(8)).span, .standardUnpadded)
    for variant in [Sodium.Base64.Variant.standard, .standardUnpadded, .url, .urlUnpadded] {
      #expect(try PayHandoff(parsing: "nanopay:" + Sodium.Base64.encode(bytes, variant)) == handoff)
    }
  }

  @Test func leavesUnsaidWhatIsUsual() throws {
    let usual = PayHandoff(account: Sample.account, amount: Amount(5), methods: [])
    #expect(try PayHandoff(parsing: usual.text) == usual)
    #expect(usual.isExact && usual.needsWork && !usual.isReusable)
    #expect(usual.text.utf8.count < handoff.text.utf8.count)
  }

  @Test(arguments: [
    "", "nanopay:", "nanopay:!", "nanopay:e30", "nano:e30", "nanopay:W10", "nanopay:bnVsbA", "nanopay:eyJ9",
    "nanopay:" + String(repeating: "A", count: 9000),
  ])
  func refusesWhatIsNone(_ text: String) {
    #expect(throws: NanoRefusal.self) { try PayHandoff(parsing: text) }
  }

  @Test(arguments: ["account", "amount", "methods"])
  func refusesWhatLacksAField(_ field: String) throws {
    let bytes = try Sodium.Base64.decode(Array(handoff.text.utf8.dropFirst(8)).span, .standardUnpadded)
    let lacking = try JSONValue(parsing: bytes).removing(field).bytes()
    #expect(throws: NanoRefusal.missing(field)) {
      try PayHandoff(parsing: "nanopay:" + Sodium.Base64.encode(lacking))
    }
  }
}
