import Cryptography
import Lightning
import Primitives
import Testing

@Suite struct Bolt11Tests {
  private static let secret = Preimage.hash(.zero)

  private static func draft(_ change: (inout Bolt11Draft) -> Void = { _ in }) -> Bolt11Draft {
    var draft = Bolt11Draft(
      currency: .bitcoin,
      msat: 21_000,
      timestampS: 1_790_000_000,
      paymentHash: Preimage.hash(secret),
      paymentSecret: .zero,
      description: .text("Lichthupe")
    )
    change(&draft)
    return draft
  }

  @Test func signsAllItCanSay() throws {
    let hop = Bolt11Hop(
      node: try Secp256k1.publicKey(of: .zero.incremented),
      shortChannelID: 0x0102_0304_0506_0708,
      baseMsat: .max,
      proportionalMillionths: 7,
      cltvDelta: .max
    )
    let fallbacks = [
      Bolt11Fallback(version: 0, program: [UInt8](repeating: 1, count: 20)),
      Bolt11Fallback(version: 1, program: [UInt8](repeating: 2, count: 32)),
      Bolt11Fallback(version: 18, program: [UInt8](repeating: 3, count: 20)),
    ].compactMap(\.self)
    #expect(fallbacks.count == 3)
    let draft = Self.draft {
      $0.currency = .signet
      $0.msat = nil
      $0.description = .hash(.zero)
      $0.expirySeconds = .max
      $0.minFinalCLTV = 0
      $0.features = Bolt11Features([99, 17, 14, 8])
      $0.routeHints = [[hop, hop], [hop]]
      $0.fallbacks = fallbacks
      $0.metadata = [1, 2, 3]
      $0.namesPayee = true
    }
    let invoice = try draft.signed(by: Self.secret)
    #expect(try Bolt11Invoice(invoice.text) == invoice)
    #expect(invoice.currency == .signet && invoice.msat == nil && invoice.description == .hash(.zero))
    #expect(invoice.expirySeconds == .max && invoice.expiresAtS == .max && invoice.minFinalCLTV == 0)
    #expect(invoice.features.bits == [8, 14, 17, 99] && invoice.routeHints == [[hop, hop], [hop]])
    #expect(invoice.fallbacks == fallbacks && invoice.metadata == [1, 2, 3])
    #expect(try invoice.payee == Secp256k1.publicKey(of: Self.secret))
  }

  @Test(arguments: [0, 20, 638, 639] as [Int])
  func takesDescriptionsThatFit(_ count: Int) throws {
    let text = String(repeating: "x", count: count)
    let invoice = try Self.draft { $0.description = .text(text) }.signed(by: Self.secret)
    #expect(invoice.description == .text(text))
  }

  @Test func refusesDraftsThatSayTooMuch() {
    let order = Secp256k1Facts.order
    let cases: [(Bolt11Refusal, Bytes32, (inout Bolt11Draft) -> Void)] = [
      (.badField("d"), Self.secret, { $0.description = .text(String(repeating: "x", count: 640)) }),
      (.badField("m"), Self.secret, { $0.metadata = [UInt8](repeating: 0, count: 640) }),
      (.badAmount, Self.secret, { $0.msat = 0 }), (.badTimestamp, Self.secret, { $0.timestampS = 1 << 35 }),
      (.unknownFeature(100), Self.secret, { $0.features = Bolt11Features([8, 14, 100]) }),
      (.badField("r"), Self.secret, { $0.routeHints = [[]] }),
      (.badSecret, .zero, { $0.namesPayee = false }), (.badSecret, order, { $0.namesPayee = true }),
    ]
    for (refusal, secret, change) in cases {
      #expect(throws: refusal) { try Self.draft(change).signed(by: secret) }
    }
  }

  @Test func findsEachChangedCharacter() throws {
    let text = Array(try Self.draft().signed(by: Self.secret).text.utf8)
    for place in text.indices {
      var other = text
      other[place] = text[place] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
      #expect(throws: Bolt11Refusal.self, "at \(place)") { try Bolt11Invoice(decoding: other.span) }
    }
    for count in text.indices {
      let cut = Array(text[..<count])
      #expect(throws: Bolt11Refusal.self, "\(count) characters") { try Bolt11Invoice(decoding: cut.span) }
    }
  }

  /// With the checksum made right again: the signature is of somebody else then, or wrong where the key is named.
  @Test(arguments: [false, true]) func findsAChangedAmount(_ namesPayee: Bool) throws {
    let text = try Self.draft { $0.namesPayee = namesPayee }.signed(by: Self.secret).text
    let bytes = Array(text.utf8)
    let content = try Bech32.decode(bytes.span, limit: 7_089)
    #expect(content.prefix == Array("lnbc210n".utf8))
    let other = Bech32.encode(.init(prefix: Array("lnbc220n".utf8), words: content.words))
    if namesPayee {
      #expect(throws: Bolt11Refusal.wrongSignature) { try Bolt11Invoice(decoding: other.span) }
    } else {
      let invoice = try? Bolt11Invoice(decoding: other.span)
      #expect(try invoice?.payee != Secp256k1.publicKey(of: Self.secret))
    }
  }

  @Test(
    arguments: [
      ("", nil), ("1", 100_000_000_000), ("21n", 2_100), ("10p", 1), ("184467440737095516150p", .max),
      ("01m", 100_000_000), ("1000n", 100_000),
    ] as [(String, UInt64?)]
  )
  func readsAmounts(_ text: String, _ msat: UInt64?) throws {
    #expect(try Bolt11Amount.msat(Array(text.utf8)[...]) == msat)
    let written = Bolt11Amount.text(msat: msat)
    #expect(try Bolt11Amount.msat(Array(written.utf8)[...]) == msat)
    #expect(written.utf8.count <= text.utf8.count)
  }

  @Test(arguments: [
    "m", "p", "0", "0m", "1x", "1mm", "-1n", "1.5m", "5p", "11p", " 1m", "1M", "184467440737095516160p", "184467441",
    "9999999999999999999999999999999999999999p", "rt1m",
  ])
  func refusesAmounts(_ text: String) {
    #expect(throws: Bolt11Refusal.badAmount) { try Bolt11Amount.msat(Array(text.utf8)[...]) }
  }

  @Test(arguments: [
    ("lnbc1m", LightningCurrency.bitcoin), ("lntb1m", .testnet), ("lntbs1m", .signet), ("lnbcrt1m", .regtest),
    ("lnbcrt", .regtest), ("lntbs", .signet),
  ])
  func tellsCurrenciesApart(_ prefix: String, _ currency: LightningCurrency) throws {
    #expect(try Bolt11Parts.asked(by: Array(prefix.utf8)).currency == currency)
  }

  @Test(arguments: [
    ("bc1m", Bolt11Refusal.notInvoice), ("l", .notInvoice), ("", .notInvoice), ("ln", .unknownCurrency),
    ("lnxy1m", .unknownCurrency), ("lno", .unknownCurrency), ("lnbcr1m", .badAmount),
  ])
  func refusesPrefixes(_ prefix: String, _ refusal: Bolt11Refusal) {
    #expect(throws: refusal) { try Bolt11Parts.asked(by: Array(prefix.utf8)) }
  }

  @Test(
    arguments: [
      ("bitcoin", LightningCurrency.bitcoin), ("testnet4", .testnet), ("signet", .signet), ("regtest", .regtest),
      ("liquid", nil), ("", nil),
    ] as [(String, LightningCurrency?)]
  )
  func knowsTheChainsOfNodes(_ name: String, _ currency: LightningCurrency?) {
    #expect(LightningCurrency(network: name) == currency)
  }

  @Test func holdsAnInvoiceAgainstItsWish() throws {
    let hash = Preimage.hash(Self.secret)
    let invoice = try Self.draft().signed(by: Self.secret)
    let wish = { (msat: UInt64?, description: InvoiceWish.Description) in
      InvoiceWish(msat: msat, label: "coinslot:x:1", description: description, expirySeconds: 60)
    }
    let good = wish(21_000, .text("Lichthupe"))
    #expect(invoice.mismatch(with: good, paymentHash: hash, currency: .bitcoin) == nil)
    #expect(invoice.mismatch(with: good, paymentHash: hash, currency: .regtest) == .currency)
    #expect(invoice.mismatch(with: good, paymentHash: .zero, currency: .bitcoin) == .paymentHash)
    for other in [wish(21_001, .text("Lichthupe")), wish(nil, .text("Lichthupe"))] {
      #expect(invoice.mismatch(with: other, paymentHash: hash, currency: .bitcoin) == .amount)
    }
    for other in [wish(21_000, .text("lichthupe")), wish(21_000, .hashed("Lichthupe"))] {
      #expect(invoice.mismatch(with: other, paymentHash: hash, currency: .bitcoin) == .description)
    }
    let hashed = try Self.draft { $0.description = .hash(Sodium.SHA256.hash(Array("[]".utf8))) }
      .signed(by: Self.secret)
    #expect(hashed.mismatch(with: wish(21_000, .hashed("[]")), paymentHash: hash, currency: .bitcoin) == nil)
    #expect(hashed.mismatch(with: wish(21_000, .text("[]")), paymentHash: hash, currency: .bitcoin) == .description)
  }

  @Test(
    arguments: [
      (.max, .max, true), (.max, 1 << 63, true), (.max - 1, (1 << 63) - 1, true), (.max, (1 << 63) - 1, false),
      (0, 0, true), (0, nil, false), (.max, nil, true),
    ] as [(UInt64, UInt64?, Bool)]
  )
  func takesUpToTwiceWithoutOverflow(_ received: UInt64, _ asked: UInt64?, _ isAccepted: Bool) {
    #expect(PayeeRule.accepts(received, asked: asked) == isAccepted)
  }
}

/// What tests know about the curve.
enum Secp256k1Facts {
  /// The order of the curve: the smallest number above zero that is no secret.
  static let order =
    Bytes32(
      [UInt8](repeating: 0xff, count: 15) + [
        0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
      ]
    ) ?? .zero
}

extension Bytes32 {
  /// The same with its last byte one more.
  var incremented: Bytes32 { Bytes32(bytes.dropLast() + [bytes[31] &+ 1]) ?? self }
}
