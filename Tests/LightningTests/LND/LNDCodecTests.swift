import Lightning
import Primitives
import Testing

@Suite struct LNDCodecTests {
  @Test func linesInAnyPieces() {
    let text = Array("{\"a\":1}\n\n{\"b\":\"ü\"}\n{\"cut".utf8)
    for at in 0...text.count {
      var lines = LNDLines()
      var found = lines.take(Array(text.prefix(at))) ?? []
      found += lines.take(Array(text.dropFirst(at))) ?? []
      #expect(found.map { String(decoding: $0, as: UTF8.self) } == ["{\"a\":1}", "{\"b\":\"ü\"}"])
      #expect(lines.isInside)
    }
  }

  @Test func aLineHasABound() {
    var lines = LNDLines()
    #expect(lines.take([UInt8](repeating: 0x20, count: LNDLines.maxBytes)) == [])
    #expect(lines.take([0x20]) == nil)
  }

  @Test(arguments: [
    ("r_hash", #""short""#), ("state", #""PAID""#), ("state", "1"), ("value_msat", #""-1""#),
    ("amt_paid_msat", #""1.5""#),
    ("settle_index", "null"), ("settle_index", #""18446744073709551616""#), ("htlcs", #"[{"amt_msat":"1"}]"#),
  ]) func aBadMemberIsNamed(_ key: String, _ value: String) throws {
    let good = FakeLND.Row(1).json
    _ = try LNDInvoice(try JSONValue(parsing: good))
    guard case .object(let members)? = try? JSONValue(parsing: good) else { return }
    let bad = JSONValue.object(
      try members.map { $0.key == key ? .init(key, try JSONValue(parsing: value)) : $0 }
    )
    #expect(throws: LNDRefusal.badMember(key)) { try LNDInvoice(bad) }
  }

  @Test(arguments: [
    (#"{"code":5,"message":"unable to locate invoice","details":[]}"#, LNDError.Kind.unknownInvoice),
    (
      #"{"error":"there are no existing invoices","code":2,"message":"there are no existing invoices"}"#,
      .unknownInvoice
    ),
    (#"{"code":2,"message":"invoice with payment hash already exists"}"#, .invoiceExists),
    (#"{"code":2,"message":"permission denied"}"#, .notAllowed),
    (#"{"code":2,"message":"verification failed: signature mismatch after caveat verification"}"#, .notAllowed),
    (#"{"code":2,"message":"expected 1 macaroon, got 0"}"#, .notAllowed),
    (#"{"code":2,"message":"wallet locked, unlock it to enable full RPC access"}"#, .notReady),
    (
      #"{"code":2,"message":"the RPC server is in the process of starting up, but not yet ready to accept calls"}"#,
      .notReady
    ),
    (#"{"code":12,"message":"unknown service invoicesrpc.Invoices"}"#, .unknownCall),
    (#"{"code":5,"message":"Not Found"}"#, .unknownCall), (#"{"code":3,"message":"bad"}"#, .badRequest),
    (#"{"error":{"grpc_code":12,"http_code":501,"message":"Method Not Allowed"}}"#, .unknownCall),
    ("<html>", .other), ("", .other), ("null", .other),
  ]) func anErrorIsTold(_ body: String, _ kind: LNDError.Kind) {
    #expect(LNDError(body: Array(body.utf8)).kind == kind)
  }

  @Test func whatANodeSaysIsCleaned() {
    let error = LNDError(body: Array(#"{"message":"a\u001b[2Jb\nc\u202ed"}"#.utf8))
    #expect(error.message == "a [2Jb c d")
    #expect(LNDError(body: Array(String(repeating: "x", count: 5_000).utf8)).message.count < 300)
  }

  @Test func holdsAddUp() throws {
    var row = FakeLND.Row(1)
    row.state = "ACCEPTED"
    row.htlcs = [("ACCEPTED", 11_000, 900), ("CANCELED", 5_000, 800), ("ACCEPTED", 10_000, 905)]
    let hold = try LNDInvoice(try JSONValue(parsing: row.json)).holdInvoice
    #expect(hold.invoice.state == .accepted && hold.invoice.receivedMsat == nil && hold.invoice.preimage == nil)
    #expect(hold.heldMsat == 21_000 && hold.firstExpiryHeight == 900 && hold.parts.count == 3)
    row.htlcs = [("ACCEPTED", .max, 900), ("ACCEPTED", 1, 900)]
    #expect(try LNDInvoice(JSONValue(parsing: row.json)).holdInvoice.heldMsat == .max)
  }

  @Test func aHoldIsAskedFor() throws {
    let wish = HoldWish(
      paymentHash: Preimage.hash(.zero),
      msat: 21_000,
      description: .text("a \"car\""),
      expirySeconds: 60,
      cltvBlocks: 80
    )
    let body = try JSONValue(parsing: LNDAddHoldInvoice(wish).body)
    #expect(body["hash"] == "Zmh6rfhivXdsj8GLjp+OIAiXFIVu4jOzkCpZHQ1fKSU=")
    #expect(body["memo"] == "a \"car\"" && body["cltv_expiry"] == "80" && body["expiry"] == "60")
    #expect(body["value_msat"] == "21000" && body["r_preimage"] == nil)
  }
}
