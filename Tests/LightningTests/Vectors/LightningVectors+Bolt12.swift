import Cryptography
import Lightning
import Primitives
import Testing

extension LightningVectors {
  @Test func bolt12FormatStrings() throws {
    let reference = try #require(Self.group("bolt12")["format_strings"]?[0]?["string"]?.string)
    try Self.check("bolt12", "format_strings") { record in
      let text = try record.text("string")
      if try record.flag("valid") {
        #expect(try Bolt12Offer(text) == Bolt12Offer(reference), "\(record.place)")
      } else {
        #expect(throws: Bolt12Refusal.self, "\(record.place)") { try Bolt12Offer(text) }
      }
    }
  }

  @Test func bolt12Offers() throws {
    try Self.check("bolt12", "offers") { record in
      let text = try record.text("bolt12")
      guard try record.flag("valid") else {
        let refusals: [String: Bolt12Refusal] = [
          "Malformed: invalid description UTF-8": .badRecord(10),
          "Missing offer_amount with offer_currency": .incomplete, "Invalid: zero offer_amount": .badRecord(8),
        ]
        let refusal = try #require(refusals[try record.text("description")], "\(record.place)")
        #expect(throws: refusal, "\(record.place)") { try Bolt12Offer(text) }
        return
      }
      let offer = try Bolt12Offer(text)
      // What was read says what the records of the vector say, and nothing else.
      var told: [UInt64: String] = [:]
      for field in try record.list("fields") { told[try field.number("type")] = try field.text("hex") }
      let number = { (type: UInt64) in told[type].map { $0.isEmpty ? 0 : UInt64($0, radix: 16) } }
      let words = { (type: UInt64) in try told[type].map { String(decoding: try Hex.decode($0), as: UTF8.self) } }
      #expect(offer.chains.map { $0.hex() }.joined() == told[2] ?? "", "\(record.place)")
      #expect(offer.metadata.map { Hex.encode($0) } == told[4], "\(record.place)")
      let price: Bolt12Offer.Price? =
        if let amount = number(8) ?? nil {
          if let currency = try words(6) { .currency(currency, amount) } else { .msat(amount) }
        } else { nil }
      #expect(offer.amount == price, "\(record.place)")
      #expect(offer.description == (try words(10)), "\(record.place)")
      #expect(offer.absoluteExpiryS == (number(14) ?? nil), "\(record.place)")
      #expect(offer.issuer == (try words(18)), "\(record.place)")
      #expect(offer.quantityMax == (number(20) ?? nil), "\(record.place)")
      #expect(offer.issuerID?.hex == told[22], "\(record.place)")
      #expect(!offer.hasPaths && offer.features.isEmpty, "\(record.place)")
    }
  }

  /// Every offer that a real node made.
  @Test func recordedOffers() throws {
    var found: [VectorRecord] = []
    for (index, exchange) in try #require(Self.recorded().array).enumerated() {
      guard let answer = exchange["response"]?.string.flatMap({ try? JSONValue(parsing: $0, maxDepth: 64) }) else {
        continue
      }
      let objects = [answer["result"] ?? .null] + (answer["result"]?["offers"]?.array ?? [])
      for object in objects where object["bolt12"]?.string?.hasPrefix("lno1") == true {
        found.append(VectorRecord(place: "cln_recorded[\(index)]", value: object))
      }
    }
    #expect(!found.isEmpty)
    Self.report("cln_recorded.json", "bolt12", found) { record in
      let offer = try Bolt12Offer(try record.text("bolt12"))
      #expect(offer.issuerID != nil || offer.hasPaths, "\(record.place)")
    }
  }
}
