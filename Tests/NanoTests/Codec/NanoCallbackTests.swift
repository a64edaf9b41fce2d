import Coinslot
import Nano
import Primitives
import Testing

@Suite struct NanoCallbackTests {
  private let body = Sample.callback(Sample.stateBlock).wire

  @Test func readsWhatANodePosts() throws {
    let callback = try NanoCallback(decoding: body.span)
    #expect(callback.account == Sample.account)
    #expect(callback.hash == Sample.stateBlock.hash)
    #expect(callback.spoken.block == Sample.stateBlock)
    #expect(callback.amount == Amount(1) && callback.isSend == true && callback.subtype == .send)
    #expect(callback.claimsSend)
    #expect(try NanoCallback.destination(of: body.span) == Sample.payee)
  }

  /// What each node version says of a send, and what it says of everything else.
  @Test(arguments: [
    ("true", "send", true), ("true", nil, true), (nil, "send", true), (nil, nil, false), (nil, "receive", false),
    (nil, "change", false), (nil, "epoch", false), ("true", "receive", false), ("false", nil, false),
    ("false", "send", true), (nil, "something", false),
  ])
  func knowsWhichBlocksAreSaidToBeSends(_ isSend: String?, _ subtype: String?, _ claims: Bool) throws {
    let body = Sample.callback(Sample.stateBlock, isSend: isSend, subtype: subtype).wire
    #expect(try NanoCallback(decoding: body.span).claimsSend == claims)
    #expect(try NanoCallback.destination(of: body.span) == (claims ? Sample.payee : nil))
  }

  @Test func readsLegacySends() throws {
    let body = Sample.callback(Sample.legacySendBlock, isSend: nil, subtype: nil).wire
    #expect(try NanoCallback.destination(of: body.span) == Sample.payee)
    #expect(try NanoCallback(decoding: body.span).claimsSend)
    for kind in BlockTests.kinds[2...] {
      let other = Sample.callback(kind.block, isSend: nil, subtype: nil).wire
      #expect(try NanoCallback.destination(of: other.span) == nil)
      #expect(try !NanoCallback(decoding: other.span).claimsSend)
    }
  }

  @Test func refusesABodyCutShort() {
    for count in 0..<body.count - 2 {
      #expect(throws: NanoRefusal.self, "\(count)") { try NanoCallback(decoding: body.span.extracting(0..<count)) }
      #expect(throws: NanoRefusal.self, "\(count)") {
        try NanoCallback.destination(of: body.span.extracting(0..<count))
      }
    }
  }

  /// No flipped bit turns a callback into a candidate that pays another, and both looks see the same.
  @Test func noFlippedBitPasses() {
    for i in body.indices {
      for bit in 0..<8 {
        var flipped = body
        flipped[i] ^= 1 << bit
        let quick = try? NanoCallback.destination(of: flipped.span)
        if case .candidate(let candidate) = NoticeVerdict(callback: flipped.span) {
          #expect(candidate.hash == Sample.stateBlock.hash && candidate.destination == Sample.payee)
          #expect(quick == candidate.destination, "byte \(i) bit \(bit)")
        }
      }
    }
  }

  @Test(arguments: ["account", "hash", "block"])
  func refusesWhatLacksAField(_ field: String) throws {
    let object = try JSONValue(parsing: body)
    let lacking = object.removing(field).bytes()
    #expect(throws: NanoRefusal.missing(field)) { try NanoCallback(decoding: lacking.span) }
  }

  @Test(arguments: ["account", "hash", "block", "amount", "is_send", "subtype"])
  func refusesFieldsOfAnotherTypeAndFieldsThatAreThereTwice(_ field: String) throws {
    let object = try JSONValue(parsing: body)
    for other: JSONValue in [.null, 1, true, [], [:]] {
      let changed = object.replacing(field, with: other).bytes()
      #expect(throws: NanoRefusal.wrongType(field)) { try NanoCallback(decoding: changed.span) }
      #expect(throws: NanoRefusal.wrongType(field)) { try NanoCallback.destination(of: changed.span) }
    }
    let twice = ("{\"\(field)\":\"\"," + object.text().dropFirst()).wire
    #expect(throws: NanoRefusal.twice(field)) { try NanoCallback(decoding: twice.span) }
    #expect(throws: NanoRefusal.twice(field)) { try NanoCallback.destination(of: twice.span) }
  }

  @Test(arguments: ["-1", "1.5", "", "01", "1e3", "0x1", " 1"])
  func refusesOtherAmounts(_ amount: String) {
    let changed = Sample.callback(Sample.stateBlock, amount: amount).wire
    #expect(throws: NanoRefusal.badNumber("amount")) { try NanoCallback(decoding: changed.span) }
  }

  @Test func refusesAmountsAboveTheGreatest() {
    for amount in ["340282366920938463463374607431768211456", String(repeating: "9", count: 40)] {
      let changed = Sample.callback(Sample.stateBlock, amount: amount).wire
      #expect(throws: NanoRefusal.numberTooLarge("amount")) { try NanoCallback(decoding: changed.span) }
    }
  }

  @Test func anUnknownAmountIsNone() throws {
    let without = Sample.callback(Sample.stateBlock, amount: nil).wire
    #expect(try NanoCallback(decoding: without.span).amount == nil)
    let zero = Sample.callback(Sample.stateBlock, amount: "0").wire
    #expect(try NanoCallback(decoding: zero.span).amount == .zero)
  }

  /// However the block's text is escaped, it is the same text; the quick look must not see another.
  @Test func readsEveryEscapingOfTheSameText() throws {
    let text = Sample.stateBlock.text
    let plain = try JSONValue(parsing: body)
    let spellings = [
      text.replacing("\n    ", with: " "), text.replacing("\n", with: "\r\n\t"),
      text.replacing("\"state\"", with: "\"st\\u0061te\""), text.replacing("\"link\"", with: "\"\\u006cink\""),
      text.replacing("{", with: "{\"more\": {\"link\": \"no\", \"type\": [\"send\"]},"),
      text.replacing("{", with: "{\"link_as_account_2\": \"\\\\\\\"\","),
    ]
    for spelling in spellings {
      for escapesAll in [false, true] {
        var changed = plain.replacing("block", with: .string(spelling)).text()
        if escapesAll {
          let all = spelling.utf8.map { "\\u00" + Hex.encode([$0]) }.joined()
          changed = plain.replacing("block", with: "BLOCK").text().replacing("BLOCK", with: all)
        }
        #expect(try NanoCallback(decoding: changed.wire.span).spoken.block == Sample.stateBlock)
        #expect(try NanoCallback.destination(of: changed.wire.span) == Sample.payee)
      }
    }
  }

  @Test(arguments: [
    "", "{", "x", "{}", "[]", "null", "{\"type\": \"state\"}", "{\"type\": \"state\", \"link\": \"00\"}",
    "{\"type\": \"send\"}", "{\"type\": \"send\", \"destination\": \"nano_1\"}",
  ])
  func refusesBlocksThatAreNone(_ text: String) throws {
    let changed = try JSONValue(parsing: body).replacing("block", with: .string(text)).bytes()
    #expect(throws: NanoRefusal.self) { try NanoCallback(decoding: changed.span) }
    #expect(throws: NanoRefusal.self) { try NanoCallback.destination(of: changed.span) }
  }

  @Test func hasBounds() {
    let deep = String(repeating: "{\"a\":", count: 10_000)
    #expect(throws: NanoRefusal.self) { try NanoCallback(decoding: deep.wire.span) }
    #expect(throws: NanoRefusal.self) { try NanoCallback.destination(of: deep.wire.span) }
    let long = body + [UInt8](repeating: 0x20, count: NanoCallback.bodyLimit)
    #expect(throws: NanoRefusal.badLength("body")) { try NanoCallback(decoding: long.span) }
    #expect(throws: NanoRefusal.badLength("body")) { try NanoCallback.destination(of: long.span) }
  }

  @Test func refusesBytesThatAreNoText() {
    for (i, byte) in body.enumerated() where byte > 0x40 {
      var changed = body
      changed[i] = 0xc0
      #expect(throws: NanoRefusal.self, "\(i)") { try NanoCallback(decoding: changed.span) }
      #expect(throws: NanoRefusal.self, "\(i)") { try NanoCallback.destination(of: changed.span) }
    }
  }
}
