import Coinslot
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func rawToXNO() throws {
    try check("units", "raw_to_xno") { record in
      let amount = try Amount(units: try record.text("raw"))
      #expect(Asset.nano.text(amount) == (try record.text("xno")), "\(record.place)")
      #expect(try Asset.nano.amount(try record.text("xno")) == amount, "\(record.place)")
      #expect(amount.description == (try record.text("raw")), "\(record.place)")
    }
  }

  @Test func xnoToRaw() throws {
    try check("units", "xno_to_raw") { record in
      let amount = try Asset.nano.amount(try record.text("xno"))
      #expect(amount.description == (try record.text("raw")), "\(record.place)")
    }
  }

  @Test func xnoInvalid() throws {
    try check("units", "xno_invalid") { record in
      let text = try record.text("xno")
      #expect(throws: AmountRefusal.self, "\(record.place)") { try Asset.nano.amount(text) }
    }
  }

  @Test func rawInvalid() throws {
    try check("units", "raw_invalid") { record in
      let text = try record.text("raw")
      #expect(throws: AmountRefusal.self, "\(record.place)") { try Amount(units: text) }
      // The same spelling inside a link and inside a block.
      let account = NanoAddress.encode(NanoFacts.genesisKeyLive)
      #expect(throws: PaymentURIRefusal.self, "\(record.place)") {
        try PaymentURI(parsing: "nano:\(account)?amount=\(text)")
      }
      let block = Sample.state.replacing("balance", with: .string(text)).text()
      #expect(throws: NanoRefusal.self, "\(record.place)") { try Block(decoding: block.wire.span) }
    }
  }

  @Test func amountsInHex() throws {
    try check("units", "hex") { record in
      let amount = try Amount(units: try record.text("raw"))
      let hex = try record.text("hex")
      #expect(Hex.encode(amount.bytes, uppercase: true) == hex, "\(record.place)")
      #expect(Amount(bytes: try Hex.decode(hex)) == amount, "\(record.place)")
      // The one place where a wire carries this form.
      let send = Sample.legacySend.replacing("balance", with: .string(hex)).text()
      #expect(try Block(decoding: send.wire.span).balance == amount, "\(record.place)")
    }
  }

  /// What the smallest of the older devices makes of an amount, and that the floor keeps its mistakes away.
  @Test func olderDevices() throws {
    try check("units", "seed_esp32") { record in
      let raw = try record.text("raw")
      let parsed = OlderDevice.parse(raw)
      #expect(String(parsed) == (try record.text("parsed")), "\(record.place)")
      #expect(OlderDevice.seconds(parsed) == (try record.member("seconds")).int, "\(record.place)")

      let amount = try Amount(units: raw)
      let honest = min(amount.units / NanoFacts.leastAmount.units, UInt128(Int32.max))
      if amount >= NanoFacts.leastAmount {
        #expect(UInt128(parsed) == honest, "\(record.place): what passes the floor is read rightly")
      } else {
        #expect(honest == 0, "\(record.place): what the floor keeps away is worth nothing")
      }
    }
  }
}

/// The arithmetic of an older device, as its published sketch does it.
enum OlderDevice {
  static func parse(_ amount: String) -> Int32 {
    let digits = amount.count >= 24 ? amount.dropLast(24) : Substring(amount)
    return digits.isEmpty ? 0 : Int32(digits) ?? .max
  }

  static func seconds(_ parsed: Int32) -> Int {
    switch parsed {
    case 500_000...: 3600
    case 200_000...: 1200
    case 100_000...: 600
    default: 0
    }
  }
}
