import Coinslot
import Nano
import Primitives
import Testing

@Suite struct BlockTests {
  /// One block of each type, and the members without which it is none.
  static let kinds: [(name: String, block: Block, fields: [String])] = [
    (
      "state", Sample.stateBlock,
      ["type", "account", "previous", "representative", "balance", "link", "signature", "work"]
    ),
    ("send", Sample.legacySendBlock, ["type", "previous", "destination", "balance", "work", "signature"]),
    (
      "receive", .receive(LegacyReceive(previous: .zero, source: Sample.key, seal: Sample.seal(.zero))),
      ["type", "previous", "source", "work", "signature"]
    ),
    (
      "open",
      .open(
        LegacyOpen(
          source: Sample.key,
          representative: Sample.payee,
          account: Sample.account,
          seal: Sample.seal(.zero)
        )
      ),
      ["type", "source", "representative", "account", "work", "signature"]
    ),
    (
      "change", .change(LegacyChange(previous: .zero, representative: Sample.payee, seal: Sample.seal(.zero))),
      ["type", "previous", "representative", "work", "signature"]
    ),
  ]

  @Test(arguments: 0..<5)
  func printsAndReadsBack(_ kind: Int) throws {
    let (name, block, fields) = Self.kinds[kind]
    #expect(block.typeName == name)
    #expect(try Block(decoding: block.text.wire.span) == block)
    #expect(try Block(.string(block.text)) == block)
    let object = try JSONValue(parsing: block.text)
    #expect(try Block(object) == block)
    #expect(Set(object.object?.map(\.key) ?? []) == Set(fields).union(name == "state" ? ["link_as_account"] : []))
    #expect(try Block(.object((object.object ?? []).reversed())) == block)
  }

  @Test(arguments: 0..<5)
  func refusesWhatLacksAField(_ kind: Int) throws {
    let (_, block, fields) = Self.kinds[kind]
    let object = try JSONValue(parsing: block.text)
    for field in fields {
      #expect(throws: NanoRefusal.missing(field)) { try Block(object.removing(field)) }
    }
  }

  @Test(arguments: 0..<5)
  func refusesFieldsOfAnotherType(_ kind: Int) throws {
    let (_, block, fields) = Self.kinds[kind]
    let object = try JSONValue(parsing: block.text)
    let others: [JSONValue] = [.null, 1, true, [], [:], .array([.string("x")])]
    for field in fields {
      for other in others {
        #expect(throws: NanoRefusal.wrongType(field)) { try Block(object.replacing(field, with: other)) }
      }
      for wrong in ["", "x", " ", "\u{0}", String(repeating: "F", count: 65), String(repeating: "9", count: 40)] {
        #expect(throws: NanoRefusal.self, "\(field)") { try Block(object.replacing(field, with: .string(wrong))) }
      }
    }
  }

  @Test(arguments: 0..<5)
  func refusesAFieldThatIsThereTwice(_ kind: Int) throws {
    let (_, block, fields) = Self.kinds[kind]
    let text = try JSONValue(parsing: block.text).text()
    for field in fields {
      // Once as it is, once with an escape in the key, which is the same key to any reader.
      let escaped = "\\u00" + Hex.encode([field.utf8.first ?? 0]) + field.dropFirst()
      for key in [field, escaped] {
        let twice = "{\"\(key)\":\"0\"," + text.dropFirst()
        #expect(throws: NanoRefusal.twice(field)) { try Block(decoding: twice.wire.span) }
      }
    }
  }

  @Test(arguments: 0..<5)
  func refusesATextCutShort(_ kind: Int) throws {
    let text = Self.kinds[kind].block.text.wire
    // The closing brace is the last byte but one; the line feed after it may be missing.
    for count in 0..<text.count - 1 {
      #expect(throws: NanoRefusal.self, "\(count)") { try Block(decoding: text.span.extracting(0..<count)) }
    }
    #expect(throws: NanoRefusal.self) { try Block(decoding: (text + text).span) }
    #expect(throws: NanoRefusal.self) { try Block(decoding: (text + [0]).span) }
  }

  /// No flipped bit makes another valid block out of a signed one.
  @Test(arguments: [Sample.stateBlock, Sample.legacySendBlock])
  func noFlippedBitPasses(_ block: Block) {
    let text = block.text.wire
    for i in text.indices {
      for bit in 0..<8 {
        var flipped = text
        flipped[i] ^= 1 << bit
        guard let read = try? Block(decoding: flipped.span) else { continue }
        let isSame = read.hash == block.hash && read.seal.signature == block.seal.signature
        #expect(isSame || !read.isSigned(by: Sample.account), "byte \(i) bit \(bit)")
      }
    }
  }

  @Test func linkAsAccountMayLackButNotLie() throws {
    #expect(try Block(Sample.state.removing("link_as_account")) == Sample.stateBlock)
    let lie = Sample.state.replacing("link_as_account", with: .string(NanoAddress.encode(Sample.account)))
    #expect(throws: NanoRefusal.inconsistentLink) { try Block(lie) }
    let spoken = try SpokenBlock(lie)
    #expect(spoken.block == Sample.stateBlock && !spoken.isConsistent)
    let noAccount = Sample.state.replacing("link_as_account", with: "nano_1")
    #expect(throws: NanoRefusal.badAccount("link_as_account")) { try Block(noAccount) }
  }

  @Test(arguments: ["State", "state ", "vote", "", "epoch", "not_a_block"])
  func refusesOtherTypes(_ type: String) {
    #expect(throws: NanoRefusal.unknownBlockType) {
      try Block(Sample.state.replacing("type", with: .string(type)))
    }
  }

  @Test(arguments: [
    ("", NanoRefusal.badNumber("balance")), ("-1", .badNumber("balance")), ("01", .badNumber("balance")),
    ("1.0", .badNumber("balance")), ("1e3", .badNumber("balance")), ("\u{661}", .badNumber("balance")),
    ("340282366920938463463374607431768211456", .numberTooLarge("balance")),
    ("1000000000000000000000000000000000000000", .numberTooLarge("balance")),
    (String(repeating: "9", count: 200), .numberTooLarge("balance")),
  ])
  func refusesOtherBalances(_ balance: String, _ refusal: NanoRefusal) {
    #expect(throws: refusal) { try Block(Sample.state.replacing("balance", with: .string(balance))) }
  }

  @Test func takesTheGreatestBalance() throws {
    let most = "340282366920938463463374607431768211455"
    #expect(try Block(Sample.state.replacing("balance", with: .string(most))).balance == Amount(.max))
    let hex = String(repeating: "F", count: 32)
    #expect(try Block(Sample.legacySend.replacing("balance", with: .string(hex))).balance == Amount(.max))
    #expect(throws: NanoRefusal.badLength("balance")) {
      try Block(Sample.legacySend.replacing("balance", with: .string(hex + "F")))
    }
  }

  @Test func readsOverWhatHasNoMeaning() throws {
    let more = Sample.state.replacing("future", with: [["a": [1, 2, .null]]]).replacing("hash", with: 5)
    #expect(try Block(more) == Sample.stateBlock)
  }

  @Test func refusesWhatIsNested() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: NanoRefusal.self) { try Block(decoding: deep.wire.span) }
    let text = Sample.stateBlock.text.dropLast(2) + ", \"x\": " + String(repeating: "[", count: 30)
    #expect(throws: NanoRefusal.self) { try Block(decoding: String(text).wire.span) }
    #expect(throws: NanoRefusal.badLength("block")) {
      try Block(decoding: (Sample.stateBlock.text + String(repeating: " ", count: 5000)).wire.span)
    }
  }

  @Test(arguments: ["", "null", "[]", "\"x\"", "5", "true"])
  func refusesWhatIsNoObject(_ text: String) {
    #expect(throws: NanoRefusal.self) { try Block(decoding: text.wire.span) }
    if let value = try? JSONValue(parsing: text), value.string == nil {
      #expect(throws: NanoRefusal.wrongType("block")) { try Block(value) }
    }
  }

  @Test func refusesBytesThatAreNoText() {
    var text = Sample.stateBlock.text.wire
    text.insert(0xff, at: 3)
    #expect(throws: NanoRefusal.self) { try Block(decoding: text.span) }
    let surrogate = "{\"type\":\"\\ud800\"}".wire
    #expect(throws: NanoRefusal.badText(at: 9)) { try Block(decoding: surrogate.span) }
  }

  @Test func facts() {
    #expect(Sample.stateBlock.root == NanoFacts.genesisLive)
    let opening = Sample.signed(previous: .zero, balance: Amount(1), link: Sample.payee)
    #expect(opening.previous == nil && opening.root == Sample.account)
    #expect(Sample.legacySendBlock.account == nil && Sample.legacySendBlock.destination == Sample.payee)
    #expect(Self.kinds[2].block.destination == nil && Self.kinds[2].block.balance == nil)
  }
}
