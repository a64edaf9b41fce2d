import Foundation
import Lightning
import Primitives
import Sockets
import TestKit
import Testing

/// What a call failed with; nil where it did not.
func failure<Result>(_ body: () async throws(NodeFailure) -> Result) async -> NodeFailure? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error
  }
}

@Suite(.timeLimit(.minutes(1))) struct LNDNodeTests {
  private static let wish = InvoiceWish(
    msat: 21_000,
    label: "coinslot:honk:1",
    description: .hashed("[[\"text/plain\",\"Honk\"]]"),
    expirySeconds: 120
  )

  @Test func tellsFacts() async throws {
    try await FakeLND.with { (town) async throws in
      let facts = try await town.node.facts()
      #expect(facts.network == "bitcoin" && facts.height == 800 && facts.version == "0.19.1-beta")
      #expect(facts.id.hasPrefix("02abab") && facts.warnings == ["it is not in sync with its chain"])
    }
  }

  @Test func makesAnInvoiceOnce() async throws {
    try await FakeLND.with { (town) async throws in
      let first = try await town.node.makeInvoice(Self.wish)
      let again = try await town.node.makeInvoice(Self.wish)
      #expect(first == again && first.label == "coinslot:honk:1" && first.state == .unpaid)
      #expect(first.description == "[[\"text/plain\",\"Honk\"]]" && first.askedMsat == 21_000 && first.preimage == nil)
      #expect(town.lnd.rows.count == 1)
      #expect(try await town.node.invoice(paying: first.paymentHash)?.text == first.text)
      let other = InvoiceWish(msat: 21_000, label: "coinslot:honk:2", description: .text("x"), expirySeconds: 120)
      #expect(try await town.node.makeInvoice(other).paymentHash != first.paymentHash)
    }
  }

  @Test func aLabelWithOtherContentsIsAConflict() async throws {
    try await FakeLND.with { (town) async throws in
      _ = try await town.node.makeInvoice(Self.wish)
      for wish in [
        InvoiceWish(msat: 22_000, label: Self.wish.label, description: Self.wish.description, expirySeconds: 120),
        InvoiceWish(msat: nil, label: Self.wish.label, description: Self.wish.description, expirySeconds: 120),
        InvoiceWish(msat: 21_000, label: Self.wish.label, description: .text(""), expirySeconds: 120),
      ] {
        guard case .conflict? = await failure({ () async throws(NodeFailure) in try await town.node.makeInvoice(wish) })
        else {
          Issue.record("\(wish)")
          continue
        }
      }
    }
  }

  @Test func anUnknownInvoiceIsNone() async throws {
    try await FakeLND.with { (town) async throws in #expect(try await town.node.invoice(paying: .zero) == nil) }
  }

  @Test func aKeyThatCanSpendIsRefused() async throws {
    let key = Baked.macaroon([("invoices", ["read", "write"]), ("info", ["read"]), ("offchain", ["read", "write"])])
    try await FakeLND.with(key: key) { (town) async throws in
      let words = await failure { () async throws(NodeFailure) in try await town.node.facts() }
      guard case .refused(let sentence)? = words else {
        Issue.record("\(String(describing: words))")
        return
      }
      #expect(
        sentence.contains("offchain:write") && sentence.contains("bakemacaroon") && sentence.contains("can_spend")
      )
      #expect(town.door.requests.isEmpty)
      #expect(try town.node.rights().excess == ["offchain:write"])
    }
    try await FakeLND.with(key: key, canSpend: true) { (town) async throws in _ = try await town.node.facts() }
  }

  @Test func aKeyThatOthersCanReadIsRefused() async throws {
    try await FakeLND.with(keyMode: 0o644) { (town) async throws in
      guard case .refused(let words)? = await failure({ () async throws(NodeFailure) in try await town.node.facts() })
      else {
        Issue.record("not refused")
        return
      }
      #expect(words.contains("chmod 600"))
    }
  }

  @Test func aKeyInHexIsTheSame() async throws {
    try await FakeLND.with { (town) async throws in
      try town.folder.write(Hex.encode(Baked.least) + "\n", "coinslot.macaroon")
      _ = try await town.node.facts()
    }
  }

  @Test func aWrongKeyNamesTheFileAndIsReadAgain() async throws {
    try await FakeLND.with { (town) async throws in
      let right = try Data(contentsOf: URL(filePath: "\(town.folder.path)/coinslot.macaroon"))
      let wrong = Baked.macaroon([("info", ["read"]), ("invoices", ["read", "write"])], caveats: ["a"])
      try town.folder.write(Hex.encode(wrong), "coinslot.macaroon")
      guard case .refused(let words)? = await failure({ () async throws(NodeFailure) in try await town.node.facts() })
      else {
        Issue.record("not refused")
        return
      }
      #expect(words.contains("coinslot.macaroon") && !words.contains(Hex.encode(wrong)))
      try town.folder.write(Hex.encode(right), "coinslot.macaroon")
      _ = try await town.node.facts()
    }
  }

  @Test func aNewCertificateIsReadFromItsFile() async throws {
    try await FakeLND.with { (town) async throws in
      try town.folder.write(Certificates.second, "tls.cert")
      guard case .refused(let words)? = await failure({ () async throws(NodeFailure) in try await town.node.facts() })
      else {
        Issue.record("a stranger's certificate was taken")
        return
      }
      #expect(words.contains("tls.cert"))
      #expect(town.door.requests.isEmpty, "the key was shown to a stranger")
      // As where the node was given a new one, and the operator copied it.
      try town.folder.write(Certificates.first, "tls.cert")
      _ = try await town.node.facts()
      #expect(town.door.requests.count == 1)
    }
  }

  @Test(arguments: [
    (301, "", "refused"), (401, "", "refused"), (404, "", "unsupported"),
    (400, #"{"code":3,"message":"x"}"#, "unsupported"),
    (500, "", "away"), (502, "<html>", "away"), (200, "[]", "garbled"), (200, "{}", "garbled"), (200, "", "garbled"),
    (500, #"{"code":2,"message":"wallet locked, unlock it"}"#, "away"),
  ]) func whatIsNoAnswer(_ status: Int, _ body: String, _ kind: String) async throws {
    try await FakeLND.with { (town) async throws in
      town.door.follow { _, answer in answer.json(body, status: status, headers: "Location: https://127.0.0.1:1/\r\n") }
      let failure = await failure { () async throws(NodeFailure) in try await town.node.facts() }
      #expect(try "\(#require(failure))".hasPrefix(kind), "\(String(describing: failure))")
      #expect(town.door.requests.count == 1)
    }
  }

  @Test func aNodeThatIsAwayIsAway() async throws {
    try await FakeLND.with { (town) async throws in
      town.door.follow { _, answer in answer.close() }
      guard case .away? = await failure({ () async throws(NodeFailure) in try await town.node.facts() }) else {
        Issue.record("not away")
        return
      }
    }
  }

  @Test func pagesTellAllPaymentsInTheirOrder() async throws {
    try await FakeLND.with { (town) async throws in
      #expect(try await town.node.newestCursor() == 0)
      #expect(try await town.node.paid(after: 0, most: 10).isEmpty)
      town.lnd.fill(600, settled: [1: 3, 2: 1, 300: 2, 599: 5, 7: 0])
      #expect(try await town.node.newestCursor() == 5)
      #expect(try await town.node.paid(after: 0, most: 10).map(\.cursor) == [1, 2, 3, 5])
      #expect(try await town.node.paid(after: 0, most: 2).map(\.cursor) == [1, 2])
      #expect(try await town.node.paid(after: 3, most: 10).map(\.cursor) == [5])
      #expect(try await town.node.paid(after: 5, most: 10).isEmpty)
    }
  }

  @Test func whatCannotChangeIsNotReadAgain() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.quietly { rows in rows = (1...600).map { FakeLND.Row($0).settled(as: $0) } }
      #expect(try await town.node.newestCursor() == 600)
      let pages = town.door.targets.count
      town.lnd.quietly { rows in rows.append(FakeLND.Row(601).settled(as: 601)) }
      #expect(try await town.node.paid(after: 600, most: 10).map(\.cursor) == [601])
      #expect(town.door.targets.dropFirst(pages).first == "/v1/invoices?index_offset=599&num_max_invoices=100")
      // An older cursor needs all of them, and so does another node.
      #expect(try await town.node.paid(after: 598, most: 10).map(\.cursor) == [599, 600, 601])
      town.lnd.quietly { rows in rows = [FakeLND.Row(5).settled(as: 2), FakeLND.Row(7).settled(as: 602)] }
      #expect(try await town.node.paid(after: 601, most: 10).map(\.cursor) == [602])
      #expect(try await town.node.newestCursor() == 602)
    }
  }
}
