import Cryptography
import Lightning
import Primitives
import Testing

extension LightningVectors {
  @Test func bolt11Valid() throws {
    try Self.check("bolt11", "valid") { try Self.checkInvoice($0, isOurs: false) }
  }

  @Test func bolt11GeneratedValid() throws {
    try Self.check("bolt11", "generated_valid") { record in
      try Self.checkInvoice(record, isOurs: true)
      #expect(
        Preimage.proves(try record.hash("preimage"), try record.member("decoded").hash("payment_hash")),
        "\(record.place)"
      )
    }
  }

  @Test func bolt11Invalid() throws {
    let refusals: [String: Bolt11Refusal] = [
      "unknown_even_feature": .unknownFeature(100), "bad_checksum": .notBech32(.badChecksum),
      "no_separator": .notBech32(.badPrefix), "signature_not_recoverable": .notRecoverable, "too_short": .short,
      "invalid_multiplier": .badAmount, "missing_s": .missing("s"), "high_s_with_n_field": .highS,
    ]
    try Self.check("bolt11", "invalid") { record in
      let refusal = try #require(refusals[try record.text("reason")], "\(record.place)")
      let invoice = try record.text("invoice")
      #expect(throws: refusal, "\(record.place)") { try Bolt11Invoice(invoice) }
    }
  }

  @Test func bolt11GeneratedInvalid() throws {
    try Self.check("bolt11", "generated_invalid") { record in
      let invoice = try record.text("invoice")
      #expect(throws: Bolt11Refusal.notBech32(.badChecksum), "\(record.place)") { try Bolt11Invoice(invoice) }
      if try record.text("reason") == "uri_prefix" {
        for link in [invoice, invoice.uppercased()] {
          #expect(throws: Never.self, "\(record.place)") { try Bolt11Invoice(LightningScheme.strip(link)) }
        }
      } else {
        #expect(try record.text("reason") == "bad_checksum", "\(record.place)")
      }
    }
  }

  @Test func bolt11AmountHRP() throws {
    try Self.check("bolt11", "amount_hrp") { record in
      let prefix = Array(try record.text("hrp").utf8)
      switch record["amount_msat"] {
      case nil, .number:
        let asked = try Bolt11Parts.asked(by: prefix)
        #expect(asked.msat == record["amount_msat"]?.uint64, "\(record.place)")
        #expect("ln\(asked.currency.rawValue)\(Bolt11Amount.text(msat: asked.msat))".utf8.elementsEqual(prefix))
      case "error", "error_or_zero":
        #expect(throws: Bolt11Refusal.badAmount, "\(record.place)") { try Bolt11Parts.asked(by: prefix) }
      case "error_leading_zero_for_writers":
        let asked = try Bolt11Parts.asked(by: prefix)
        #expect("ln\(asked.currency.rawValue)\(Bolt11Amount.text(msat: asked.msat))" == "lnbc1m", "\(record.place)")
      default: throw Missing(place: "\(record.place).amount_msat")
      }
    }
  }

  @Test func bolt11PayerChecks() throws {
    try Self.check("bolt11", "payer_checks") { record in
      var draft = Self.draft(at: try record.number("timestamp"))
      draft.expirySeconds = record["expiry"]?.uint64
      let invoice = try draft.signed(by: Self.nodeSecret())
      #expect(invoice.isExpired(atS: try record.number("now")) == !(try record.flag("pay")), "\(record.place)")
    }
  }

  @Test func bolt11KnownFeatures() throws {
    let bits = try #require(Self.group("bolt11")["known_even_feature_bits"]?.array).map { try #require($0.int) }
    #expect(Bolt11Features.known == Set(bits))
    #expect(Bolt11Features(bits).unknownEven == nil)
    let key = try Secp256k1.publicKey(of: Self.nodeSecret())
    #expect(key.hex == (try Self.group("bolt11")["usual_payee"]?.string))
  }

  @Test func bolt11PayeeAcceptance() throws {
    try Self.check("bolt11_payee_acceptance", "cases") { record in
      let accepted = PayeeRule.accepts(try record.number("received_msat"), asked: record["asked_msat"]?.uint64)
      #expect(accepted == (try record.flag("accepted")), "\(record.place)")
    }
  }

  @Test func preimages() throws {
    try Self.check("preimage_hash", "pairs") { record in
      let (preimage, hash) = (try record.hash("preimage"), try record.hash("payment_hash"))
      #expect(Preimage.proves(preimage, hash) && Preimage.hash(preimage) == hash, "\(record.place)")
    }
  }

  @Test func wrongPreimages() throws {
    try Self.check("preimage_hash", "wrong") { record in
      guard record["not_payment_hash"] != nil else {
        let digits = try record.text("preimage")
        #expect(throws: Refusal.self, "\(record.place)") { try Hex.bytes32(digits) }
        return
      }
      #expect(
        !Preimage.proves(try record.hash("preimage"), try record.hash("not_payment_hash")),
        "\(record.place)"
      )
    }
  }

  /// Every invoice that real nodes made, in whatever answer it stands beside its own hash.
  @Test func recordedInvoices() throws {
    var found: [VectorRecord] = []
    for (index, exchange) in try #require(Self.recorded().array).enumerated() {
      // Some answers are no JSON, on purpose.
      guard let answer = exchange["response"]?.string.flatMap({ try? JSONValue(parsing: $0, maxDepth: 64) }) else {
        continue
      }
      let objects = [answer["result"] ?? .null] + (answer["result"]?["invoices"]?.array ?? [])
      for object in objects where object["bolt11"]?.string != nil && object["payment_hash"] != nil {
        // More than a tenth of 2⁶⁴ millisatoshi overflows in the node, which then writes another amount.
        if exchange["name"]?.string == "invoice_amount_huge" {
          let text = try #require(object["bolt11"]?.string)
          #expect(throws: Bolt11Refusal.badAmount) { try Bolt11Invoice(text) }
          continue
        }
        found.append(VectorRecord(place: "cln_recorded[\(index)]", value: object))
      }
    }
    #expect(found.count > 100)
    Self.report("cln_recorded.json", "bolt11", found) { record in
      let invoice = try Bolt11Invoice(try record.text("bolt11"))
      #expect(invoice.currency == .regtest, "\(record.place)")
      #expect(invoice.paymentHash == (try record.hash("payment_hash")), "\(record.place)")
      if let msat = record["amount_msat"]?.uint64 { #expect(invoice.msat == msat, "\(record.place)") }
      if let expires = record["expires_at"]?.uint64 { #expect(invoice.expiresAtS == expires, "\(record.place)") }
      if record["payment_secret"] != nil {
        #expect(invoice.paymentSecret == (try record.hash("payment_secret")), "\(record.place)")
      }
      if case .text(let text) = invoice.description, let told = record["description"]?.string {
        #expect(text == told, "\(record.place)")
      }
    }
  }
}

extension LightningVectors {
  static func nodeSecret() throws -> Bytes32 {
    guard let secret = try group("bolt11")["node_private_key"]?.string else {
      throw Missing(place: "bolt11.node_private_key")
    }
    return try Hex.bytes32(secret)
  }

  static func draft(at timestampS: UInt64) -> Bolt11Draft {
    Bolt11Draft(
      currency: .regtest,
      msat: 21_000,
      timestampS: timestampS,
      paymentHash: Preimage.hash(.zero),
      paymentSecret: Preimage.hash(Preimage.hash(.zero)),
      description: .text("honk")
    )
  }

  /// An invoice and all that is said about it; where its fields are in our order, signing its parts gives it again.
  static func checkInvoice(_ record: VectorRecord, isOurs: Bool) throws {
    try checkInvoice(try record.text("invoice"), try record.member("decoded"), isOurs: isOurs)
  }

  static func checkInvoice(_ text: String, _ decoded: VectorRecord, isOurs: Bool) throws {
    let place = decoded.place
    let invoice = try Bolt11Invoice(text)
    #expect(try Bolt11Invoice(text.uppercased()) == invoice, "\(place)")
    #expect(invoice.text == text, "\(place)")
    #expect(invoice.currency.rawValue == (try decoded.text("currency")), "\(place)")
    #expect("ln\(invoice.currency.rawValue)" == (try decoded.text("prefix")), "\(place)")
    #expect(invoice.msat == decoded["amount_msat"]?.uint64, "\(place)")
    #expect(invoice.timestampS == (try decoded.number("timestamp")), "\(place)")
    #expect(invoice.paymentHash == (try decoded.hash("payment_hash")), "\(place)")
    #expect(invoice.paymentSecret == (try decoded.hash("payment_secret")), "\(place)")
    switch invoice.description {
    case .text(let text):
      #expect(text == (try decoded.text("description")), "\(place)")
      #expect(decoded["description_hash"] == nil, "\(place)")
    case .hash(let hash):
      #expect(hash == (try decoded.hash("description_hash")), "\(place)")
      #expect(decoded["description"] == nil, "\(place)")
    }
    #expect(invoice.expirySeconds == (try decoded.number("expiry_effective")), "\(place)")
    #expect(invoice.minFinalCLTV == (try decoded.number("min_final_cltv_effective")), "\(place)")
    #expect(invoice.features.bits.map { UInt64($0) } == (try decoded.list("features").map(\.value.uint64)), "\(place)")
    #expect(invoice.metadata.map { Hex.encode($0) } == decoded["metadata"]?.string, "\(place)")
    #expect(invoice.payee.hex == (try decoded.text("payee")), "\(place)")
    #expect(invoice.seal.digest == (try decoded.hash("signed_digest")), "\(place)")
    #expect(Hex.encode(invoice.seal.signature.bytes) == (try decoded.text("signature_rs")), "\(place)")
    #expect(UInt64(invoice.seal.recoveryID) == (try decoded.number("recovery_id")), "\(place)")
    #expect(invoice.seal.signature.hasLowS == (try decoded.flag("low_s")), "\(place)")
    try checkWays(invoice, decoded)
    try checkFields(text, decoded)
    if isOurs { try checkSigning(invoice, decoded) }
  }

  private static func checkWays(_ invoice: Bolt11Invoice, _ decoded: VectorRecord) throws {
    let fallbacks = try decoded["fallbacks"] == nil ? [] : decoded.list("fallbacks")
    #expect(invoice.fallbacks.map { UInt64($0.version) } == (try fallbacks.map { try $0.number("version") }))
    #expect(invoice.fallbacks.map { Hex.encode($0.program) } == (try fallbacks.map { try $0.text("program_hex") }))
    let routes = try #require(decoded["route_hints"] == nil ? [] : decoded["route_hints"]?.array)
    #expect(invoice.routeHints.count == routes.count, "\(decoded.place)")
    for (told, route) in zip(routes, invoice.routeHints) {
      let hops = try #require(told.array)
      #expect(hops.count == route.count, "\(decoded.place)")
      for (told, hop) in zip(hops, route) {
        let id = hop.shortChannelID
        #expect(told["pubkey"]?.string == hop.node.hex, "\(decoded.place)")
        #expect(told["short_channel_id"]?.string == "\(id >> 40)x\(id >> 16 & 0xff_ffff)x\(id & 0xffff)")
        #expect(told["fee_base_msat"]?.uint64 == UInt64(hop.baseMsat), "\(decoded.place)")
        #expect(told["fee_proportional_millionths"]?.uint64 == UInt64(hop.proportionalMillionths), "\(decoded.place)")
        #expect(told["cltv_expiry_delta"]?.uint64 == UInt64(hop.cltvDelta), "\(decoded.place)")
      }
    }
  }

  private static func checkFields(_ text: String, _ decoded: VectorRecord) throws {
    let bytes = Array(text.utf8)
    let parts = try Bolt11Parts(bytes.span)
    #expect(String(parts.fields.map(\.letter)) == (try decoded.text("tag_order")), "\(decoded.place)")
    // What must be read over is there, and did not get in the way.
    let ignored = try decoded["ignored"] == nil ? [] : decoded.list("ignored").map { try $0.text() }
    let names = parts.fields.map { field in
      switch field.letter {
      case "f": "f_v\(parts.words[field.range.lowerBound])"
      case "2": "unknown_2"
      default: "\(field.letter)\(field.range.count)"
      }
    }
    #expect(Set(ignored).isSubset(of: names), "\(decoded.place)")
  }

  private static func checkSigning(_ invoice: Bolt11Invoice, _ decoded: VectorRecord) throws {
    var draft = Bolt11Draft(
      currency: invoice.currency,
      msat: invoice.msat,
      timestampS: invoice.timestampS,
      paymentHash: invoice.paymentHash,
      paymentSecret: invoice.paymentSecret,
      description: invoice.description
    )
    draft.expirySeconds = decoded["expiry"]?.uint64
    draft.minFinalCLTV = decoded["min_final_cltv_expiry_delta"]?.uint64
    draft.features = invoice.features
    #expect(try draft.signed(by: nodeSecret()).text == invoice.text, "\(decoded.place)")
  }
}
