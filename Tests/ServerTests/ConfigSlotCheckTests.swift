import Coinslot
import Testing

@testable import Server

/// What only several slots, or slots beside devices, can show.
@Suite("Config slot checks")
struct ConfigSlotCheckTests {
  private func mistakes(
    _ slots: String,
    devices: String = "[ { id: lamp, link: websocket } ]",
    files: [String: String] = [:]
  ) throws -> [ConfigMistake] {
    try ConfigFixture(files: files).mistakes(
      """
      networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
      devices: \(devices)
      slots:
      \(slots)
      """
    )
  }

  private static func slot(_ id: String, pay: String, price: String = "{ exact: \"1 XNO\" }") -> String {
    "  - { id: \(id), pay: { nano: \(pay) }, price: \(price), does: { device: lamp } }\n"
  }

  @Test func twoSlotsOfOneName() throws {
    let found = try mistakes(Self.slot("a", pay: "nano_a") + Self.slot("a", pay: "nano_b"))
    #expect(found.map(\.place) == [.file("coinslot.yaml", line: 5, column: 11)])
    #expect(found.first?.text.contains("another slot is called \"a\"; see line 4") == true)
  }

  @Test(arguments: [
    ("nano_a", "nano_a"), ("nano_a", "xrb_a"), ("{ account: nano_a }", "nano_a"),
  ])
  func oneAccountWithoutASelector(_ first: String, _ second: String) throws {
    let found = try mistakes(Self.slot("a", pay: first) + Self.slot("b", pay: second))
    #expect(found.count == 1)
    #expect(found.first?.text.contains("nothing tells their money apart; see line 4") == true)
  }

  @Test(arguments: [
    ("nano_a", "nano_b"), ("nano_a", "{ account: nano_a, tell_apart: low_digits }"),
    ("{ account: nano_a, tell_apart: low_digits }", "{ account: nano_a, tell_apart: low_digits }"),
  ])
  func oneAccountWithASelector(_ first: String, _ second: String) throws {
    #expect(try mistakes(Self.slot("a", pay: first) + Self.slot("b", pay: second)).isEmpty)
  }

  @Test func anAccountOfAQuoteBelongsToNobodyElse() throws {
    let own = "{ account: nano_sign, tell_apart: own_account, accounts_file: list }"
    let other = "{ account: nano_sign2, tell_apart: own_account, accounts_file: list2 }"
    let shown = try mistakes(
      Self.slot("a", pay: own) + Self.slot("b", pay: "nano_x"),
      files: ["list": "nano_q\nnano_x\n"]
    )
    #expect(shown.map { $0.words.contains("lists nano_x, which a slot's sign shows") } == [true])
    let listed = try mistakes(
      Self.slot("a", pay: own) + Self.slot("b", pay: other),
      files: ["list": "nano_q\n", "list2": "nano_q\n"]
    )
    #expect(listed.map { $0.words.contains("which another slot lists too") } == [true])
  }

  @Test func lowDigitsNeedRoom() throws {
    let pay = "{ account: nano_a, tell_apart: low_digits }"
    func steps(_ second: String) -> String {
      "{ steps: [ { at: \"0.1 XNO\", gives: 1min }, { at: \"\(second)\", gives: 2min } ] }"
    }
    let none = try mistakes(Self.slot("a", pay: pay, price: steps("0.100001 XNO")))
    #expect(none.map(\.weight) == [.error])
    #expect(none.first?.words.contains("no room") == true)
    let few = try mistakes(Self.slot("a", pay: pay, price: steps("0.100005 XNO")))
    #expect(few.map(\.weight) == [.warning])
    #expect(few.first?.words.contains("only 4 customers") == true)
    #expect(try mistakes(Self.slot("a", pay: pay, price: steps("0.2 XNO"))).isEmpty)
  }

  @Test func aDeviceStopsByItself() throws {
    let devices = "[ { id: lamp, link: websocket, max_on: 30min } ]"
    let price = "{ steps: [ { at: \"0.1 XNO\", gives: 30min }, { at: \"0.2 XNO\", gives: 31min } ] }"
    let found = try mistakes(Self.slot("a", pay: "nano_a", price: price), devices: devices)
    #expect(found.count == 1)
    #expect(found.first?.text.contains("sells 31min, but device \"lamp\" stops by itself after 30min") == true)
  }

  @Test func aFunctionsChannelMustExist() throws {
    let devices = "[ { id: lamp, link: websocket, channels: 1 } ]"
    let price = "{ functions: [ { at: \"0.1 XNO\", does: flash }, { at: \"0.2 XNO\", does: honk, channel: 1 } ] }"
    let found = try mistakes(Self.slot("a", pay: "nano_a", price: price), devices: devices)
    #expect(found.map { $0.text.contains("no channel 1; it has only channel 0") } == [true])
  }

  @Test func manyMistakesAreBounded() throws {
    let slots = (0..<300).map { "  - { id: s\($0), oops: 1 }\n" }.joined()
    let found = try mistakes(slots)
    #expect(found.count == ConfigNotes.most + 1)
    #expect(found.contains { $0.words.contains("more than 200 mistakes") })
  }
}
