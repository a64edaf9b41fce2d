import Cryptography
import Lightning
import Primitives
import Testing

extension LightningVectors {
  @Test func lnurlEncodeDecode() throws {
    try Self.check("lnurl", "encode_decode") { record in
      let (url, lnurl) = (try record.text("url"), try record.text("lnurl"))
      #expect(try LNURLLink(url: url).bech32 == lnurl, "\(record.place)")
      for text in [lnurl, lnurl.lowercased(), try LNURLLink(url: url).lightningLink] {
        #expect(try LNURLLink(parsing: text).url == url, "\(record.place)")
      }
    }
  }

  @Test func lnurlInvalid() throws {
    let refusals: [String: LNURLRefusal] = [
      "bad checksum": .notBech32(.badChecksum), "mixed case": .notBech32(.notCanonical),
      "clearnet http is not allowed": .plainHTTP, "scheme is not http(s)": .badAddress(.badPrefix),
      "human-readable part is not lnurl": .notBech32(.badPrefix), "no data": .notBech32(.short(needed: 6, had: 0)),
    ]
    try Self.check("lnurl", "invalid") { record in
      let refusal = try #require(refusals[try record.text("reason")], "\(record.place)")
      let input = try record.text("input")
      #expect(throws: refusal, "\(record.place)") { try LNURLLink(parsing: input) }
    }
  }

  @Test func lnurlScheme() throws {
    try Self.check("lnurl", "scheme") { record in
      let link = try LNURLLink(parsing: try record.text("input"))
      #expect(link.url == (try record.text("get")), "\(record.place)")
      #expect(link.tag?.rawValue == record["tag"]?.string, "\(record.place)")
      if link.tag == .payRequest { #expect(link.lnurlp == (try record.text("input")), "\(record.place)") }
    }
  }

  @Test func lnurlLightningAddress() throws {
    try Self.check("lnurl", "lightning_address") { record in
      let input = try record.text("input")
      guard record["valid"]?.bool != false else {
        #expect(throws: LNURLRefusal.badName, "\(record.place)") { try LightningAddress(input) }
        #expect(throws: LNURLRefusal.badName, "\(record.place)") { try LNURLLink(parsing: input) }
        return
      }
      let address = try LightningAddress(input)
      #expect(address.text == input, "\(record.place)")
      for link in [address.link, try LNURLLink(parsing: input), try LNURLLink(parsing: "lightning:" + input)] {
        #expect(link.url == (try record.text("get")), "\(record.place)")
        #expect(link.tag == .payRequest, "\(record.place)")
      }
    }
  }

  @Test func lnurlCallbackURL() throws {
    try Self.check("lnurl", "callback_url") { record in
      let question = PayCallback(msat: try record.number("amount"), comment: record["comment"]?.string)
      let url = question.url(try LNURLLink(url: try record.text("callback")))
      #expect(url == (try record.text("get")), "\(record.place)")
      let query = try #require(url.split(separator: "?", maxSplits: 1).last)
      let request = try PayRequest(
        callback: LNURLLink(url: "https://pay.example.com/cb"),
        msat: 1...100_000,
        metadata: PayMetadata(plain: "x"),
        commentAllowed: 20
      )
      #expect(try PayCallback(query: String(query), offered: request) == question, "\(record.place)")
    }
  }

  @Test func descriptionHashes() throws {
    try Self.check("description_hash", "cases") { record in
      let metadata = try PayMetadata(parsing: try record.text("metadata"))
      #expect(metadata.hash(payerData: record["payerdata"]?.string) == (try record.hash("sha256")), "\(record.place)")
      if let payerData = record["payerdata"]?.string {
        #expect(metadata.hash() != (try record.hash("sha256")), "\(record.place)")
        let wish = PayerData([PayerData.Kind.name, .identifier, .pubkey].map { .init($0, isMandatory: true) })
        #expect(wish.accepts(payerData), "\(record.place)")
      }
    }
  }

  /// No invoice of the file has the title that is named, so the hash is looked for in those that hold one.
  @Test func descriptionHashOfAnInvoice() throws {
    try Self.checkOne("description_hash", "bolt11_h_example") { record in
      let hash = Sodium.SHA256.hash(Array(try record.text("text").utf8))
      #expect(hash == (try record.hash("sha256")), "\(record.place)")
      let invoices = try #require(Self.group("bolt11")["valid"]?.array)
      let holders = invoices.filter { $0["decoded"]?["description_hash"]?.string == hash.hex() }
      #expect(!holders.isEmpty, "\(record.place)")
      for holder in holders {
        let invoice = try Bolt11Invoice(try #require(holder["invoice"]?.string))
        #expect(invoice.description == .hash(hash), "\(record.place)")
      }
    }
  }
}
