import Coinslot
import Gateway
import Primitives
import TestKit
import Testing

/// Every record of the group `bitcoinswitch` of `lightning.json`, each list in a test that counts what it checked.
@Suite struct SwitchVectorTests {
  struct Missing: Error { let place: String }

  private static func member(_ name: String) throws -> JSONValue {
    guard let value = try Vectors.json("lightning.json")?["bitcoinswitch"]?[name] else { throw Missing(place: name) }
    return value
  }

  private static func number(_ record: JSONValue, _ name: String) throws -> UInt64 {
    guard let number = record[name]?.uint64 else { throw Missing(place: name) }
    return number
  }

  /// Runs `body` on each record of a list, and prints how many there are and how many went through.
  private static func check(_ name: String, _ body: (JSONValue) async throws -> Void) async throws {
    let records = try member(name).array ?? []
    var checked = 0
    for (index, record) in records.enumerated() {
      do {
        try await body(record)
        checked += 1
      } catch {
        Issue.record(error, "bitcoinswitch.\(name)[\(index)]")
      }
    }
    print("lightning.json bitcoinswitch.\(name): \(records.count) records, \(checked) checked")
    #expect(checked == records.count && checked > 0, "\(name)")
  }

  @Test func pathAndGreeting() async throws {
    let path = try #require(try Self.member("ws_path").string)
    let greeting = try #require(try Self.member("first_text_from_device").string)
    #expect(path.replacing("<22-character device id>", with: "") == SwitchDoor.path)
    #expect(try Self.member("origin").string?.isEmpty == false)
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig, greeting: greeting)
      #expect(board.client.status == 101)
      #expect(await rig.candy.obstacle() == nil)
      #expect(board.client.messages.isEmpty)
      await board.end()
    }
    print("lightning.json bitcoinswitch.ws_path, first_text_from_device, origin: 3 records, 3 checked")
  }

  /// What the firmware makes of a text; what we send says the same, never with a payer's words, and never anything that
  /// it would read as 0.
  @Test func messages() async throws {
    try await Self.check("messages") { record in
      let text = try #require(record["text"]?.string)
      let (pin, ms) = (try Self.number(record, "pin"), try Self.number(record, "milliseconds"))
      let order = FirmwareOrder(reading: text)
      #expect(order.pin == Int(pin) && order.ms == Int(ms), "\(text)")
      try await SwitchRig.with { rig in
        let output: UInt8? = [4: 0, 12: 1][pin]
        let deed = rig.deed(output ?? 2, ms: ms, comment: record["comment"]?.string)
        let board = try await FirmwareBoard.connect(rig)
        let doing = rig.begin(deed)
        if ms == 0 {
          #expect(try await doing.ends(.notDone("cannot")))
          #expect(board.client.messages.isEmpty)
        } else {
          #expect(try await doing.ends(.sent))
          #expect(try await eventually { board.runs.map(\.order) == [order] })
          #expect(board.client.messages == ["\(pin)-\(ms)"])
        }
        await board.end()
      }
    }
  }

  /// A price by the time, and the time that reaches the board.
  @Test func variableTime() async throws {
    try await Self.check("variable_time") { record in
      let (price, unitMS) = (try Self.number(record, "price_sat") * 1_000, try Self.number(record, "duration_ms"))
      let rule = PriceRule.rate(
        perMinute: Amount(UInt128(price * 60_000 / unitMS)),
        minimum: Amount(UInt128(price)),
        capMS: unitMS * 100
      )
      let answer = rule.answer(Amount(UInt128(try Self.number(record, "paid_msat"))))
      guard case .buys(let purchase, _, _) = answer else { throw Missing(place: "\(answer)") }
      let resultMS = try Self.number(record, "result_ms")
      #expect(purchase.ms == resultMS)
      try await SwitchRig.with { rig in
        let board = try await FirmwareBoard.connect(rig)
        #expect(try await rig.begin(rig.deed(ms: purchase.ms)).ends(.sent))
        #expect(try await eventually { board.runs.map(\.order.ms) == [Int(resultMS)] })
        await board.end()
      }
    }
  }

  /// The same bounds come of our price rules: one price, or up to a hundred times as much for as much more time.
  @Test func lnurlBounds() async throws {
    try await Self.check("lnurl_bounds") { record in
      let price = try Self.number(record, "price_sat") * 1_000
      guard let isVariable = record["variable"]?.bool else { throw Missing(place: "variable") }
      let unitMS: UInt64 = 1_000
      let perMinute = Amount(UInt128(price * 60_000 / unitMS))
      let amount = Amount(UInt128(price))
      let rule: PriceRule =
        isVariable
        ? .rate(perMinute: perMinute, minimum: amount, capMS: unitMS * 100)
        : .exact(Step(at: amount, gives: Purchase(ms: unitMS)))
      let most = isVariable ? PriceRule.cost(ofMS: unitMS * 100, perMinute: perMinute) : amount
      #expect(rule.least == Amount(UInt128(try Self.number(record, "minSendable"))))
      #expect(most == Amount(UInt128(try Self.number(record, "maxSendable"))))
      for due in [rule.least, most] {
        guard case .buys(_, let cost, let rest) = rule.answer(due) else { throw Missing(place: "\(due)") }
        #expect(cost == due && rest == .zero)
      }
      guard case .tooLittle = rule.answer(Amount(UInt128(price - 1))) else { throw Missing(place: "too little") }
    }
  }
}
