import Cryptography
@testable import Lightning
import Primitives
import Testing

extension LightningVectors {
  /// The invoice of the group `lnd` is for this text.
  private static let metadata = #"[["text/plain","Honk the horn"],["text/identifier","car@pay.example.com"]]"#

  @Test func lndAddInvoice() throws {
    try Self.checkOne("lnd", "add_invoice") { (record) throws in
      let body = try record.member("body")
      let expiry = try #require(UInt32(try body.text("expiry")))
      let msat = try #require(UInt64(try body.text("value_msat")))
      let ours = LNDAddInvoice(msat: msat, description: .hashed(Self.metadata), expirySeconds: expiry)
      #expect(try JSONValue(parsing: ours.body) == body.value)
      #expect(try record.text("request") == "POST \(LNDPath.invoices)")
      let answer = try record.member("response")
      let added = try LNDAdded(decoding: answer.value.bytes())
      #expect(try LNDValue.base64(added.hash) == answer.text("r_hash"))
      #expect(try added.text == answer.text("payment_request") && added.addIndex == 41)
    }
  }

  @Test func lndStream() throws {
    var lines = LNDLines()
    try Self.check("lnd", "stream") { (record) throws in
      // As it comes: with a line feed, and in two pieces.
      let bytes = Array((try record.text("line") + "\n").utf8)
      let half = bytes.count / 2
      #expect(lines.take(Array(bytes.prefix(half))) == [])
      let line = try #require(lines.take(Array(bytes.dropFirst(half)))?.first)
      switch try LNDLine(decoding: line) {
      case .error(let error):
        #expect(error == LNDError(code: 2, message: "rpc error") && error.kind == .other)
        #expect(try record.text("meaning").hasPrefix("stream ends"))
      case .invoice(let invoice):
        let meaning = try record.text("meaning")
        #expect((invoice.state == .settled) == meaning.hasPrefix("settled"))
        let node = invoice.nodeInvoice
        #expect((node.state == .paid) == meaning.hasPrefix("settled"))
        guard record["payment_hash"] != nil else { return }
        #expect(try node.paymentHash == record.hash("payment_hash"))
        #expect(try node.preimage == record.hash("preimage"))
        #expect(node.preimage.map { Preimage.hash($0) } == node.paymentHash)
        #expect(try node.cursor == record.number("settle_index"))
        #expect(try node.receivedMsat == record.number("received_msat"))
      }
    }
  }

  @Test func lndResume() throws {
    try Self.check("lnd", "resume") { (record) throws in
      let cursor = try record.number("stored_settle_index")
      #expect(try "GET \(LNDPath.settlements(after: cursor))" == record.text("request"))
    }
  }

  @Test func lndLookup() throws {
    try Self.checkOne("lnd", "lookup") { (record) throws in
      let invoice = try LNDInvoice(try record.member("response").value)
      #expect(try "GET \(LNDPath.invoice(invoice.hash))" == record.text("request"))
      let node = invoice.nodeInvoice
      #expect(node.state == .paid && node.cursor == 17 && node.askedMsat == 21_000 && node.receivedMsat == 21_000)
      #expect(node.paidAtS == 1_790_000_005 && node.expiresAtS == 1_790_000_120 && node.description == nil)
      #expect(invoice.descriptionHash == Sodium.SHA256.hash(Array(Self.metadata.utf8)))
      let hold = invoice.holdInvoice
      #expect(hold.parts == [.init(msat: 21_000, state: .settled, arrivedAtHeight: 802_535, expiryHeight: 802_615)])
      #expect(hold.heldMsat == 0 && hold.firstExpiryHeight == nil)
    }
  }

  @Test func lndBase64() throws {
    try Self.check("lnd", "base64") { (record) throws in
      let bytes = try record.hash("hex")
      let text = try record.text("base64_std")
      #expect(LNDValue.base64(bytes) == text)
      #expect(LNDValue.bytes32(.string(text)) == bytes)
      #expect(!LNDValue.pathBase64(bytes).contains { "+/".contains($0) })
    }
  }
}
