import Lightning
import Primitives
import Sockets
import Synchronization
import TestKit
import Testing

/// A store of a BTCPay Server behind a scripted door, and our client of it.
struct FakeBTCPay: Sendable {
  static let store = "HUZAUrnnsHztegnRKHhe9LQMcykQVq1Uaj8UyEbkgcWS"
  let client: BTCPayClient
  let door: ScriptedDoor
  let folder: Folder

  static func invoice(_ id: String, _ status: String, _ additional: String) -> JSONValue {
    [
      "id": .string(id), "storeId": .string(store), "status": .string(status), "additionalStatus": .string(additional),
      "amount": "21", "paidAmount": "22", "currency": "SATS", "createdTime": 1_790_000_000,
      "expirationTime": 1_790_000_900, "metadata": ["orderId": "o"], "checkoutLink": "https://x/i", "newer": [1],
    ]
  }

  static func with(_ script: @escaping ScriptedDoor.Script, _ body: (FakeBTCPay) async throws -> Void) async throws {
    let folder = try Folder()
    try folder.write("the-key\n", "key")
    try folder.write("HelloWorld\n", "hook")
    try await ScriptedDoor.with(script) { door in
      try await withNodeClient { client in
        let settings = BTCPaySettings(
          endpoint: try Endpoint(parsing: "http://127.0.0.1:\(door.port)/shop/"),
          store: store,
          keyFile: "\(folder.path)/key",
          webhookSecretFile: "\(folder.path)/hook"
        )
        try await body(FakeBTCPay(client: BTCPayClient(settings, client: client), door: door, folder: folder))
      }
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct BTCPayClientTests {
  private static let path = "/shop/api/v1/stores/\(FakeBTCPay.store)/invoices"
  private static let settled = FakeBTCPay.invoice("i", "Settled", "None").text()

  @Test func makesReadsAndLists() async throws {
    try await FakeBTCPay.with({ request, answer in
      switch (request.method, request.target) {
      case ("POST", Self.path): answer.json(FakeBTCPay.invoice("new", "New", "None").text())
      case ("GET", "\(Self.path)/i"): answer.json(Self.settled)
      case ("GET", "\(Self.path)?status=Settled&startDate=5&take=100"): answer.json("[\(Self.settled)]")
      case ("GET", "\(Self.path)?orderId=o&take=100"): answer.json("[]")
      default: answer.json(#"{"code":"invoice-not-found","message":"no"}"#, status: 404)
      }
    }) { (shop) async throws in
      #expect(try await shop.client.make(BTCPayWish(msat: 21_000, orderID: "o")).id == "new")
      #expect(try await shop.client.invoice("i")?.verdict == .paid)
      #expect(try await shop.client.invoice("../x") == nil)
      #expect(try await shop.client.list(BTCPayQuery(status: .settled, fromS: 5)).map(\.id) == ["i"])
      #expect(shop.door.requests.allSatisfy { $0.headers["authorization"] == "token the-key" })
      #expect(shop.door.targets.contains("\(Self.path)/..%2Fx"))
    }
  }

  @Test func anOrderIsMadeOnce() async throws {
    try await FakeBTCPay.with({ _, answer in answer.json("[\(FakeBTCPay.invoice("i", "New", "None").text())]") }) {
      (shop) async throws in
      #expect(try await shop.client.make(BTCPayWish(msat: 21_000, orderID: "o")).id == "i")
      guard
        case .conflict? = await failure({ () async throws(NodeFailure) in
          try await shop.client.make(BTCPayWish(msat: 1_000, orderID: "o"))
        })
      else {
        Issue.record("another amount for the same order")
        return
      }
      #expect(!shop.door.requests.contains { $0.method == "POST" })
    }
  }

  @Test(arguments: [
    (401, "refused"), (403, "refused"), (404, "refused"), (302, "refused"), (422, "unsupported"), (429, "away"),
    (500, "away"), (503, "away"), (200, "garbled"),
  ]) func whatIsNoAnswer(_ status: Int, _ kind: String) async throws {
    try await FakeBTCPay.with({ _, answer in answer.json(#"{"message":"so"}"#, status: status) }) {
      (shop) async throws in
      let failure = await failure { () async throws(NodeFailure) in try await shop.client.list(BTCPayQuery()) }
      #expect(try "\(#require(failure))".hasPrefix(kind), "\(String(describing: failure))")
      #expect(!"\(String(describing: failure))".contains("the-key"))
      #expect(shop.door.requests.count == 1)
    }
  }

  private static let body = Array(
    #"{"deliveryId":"d","type":"InvoiceSettled","storeId":"\#(FakeBTCPay.store)","invoiceId":"i","manuallyMarked":false}"#
      .utf8
  )
  private static let signature = BTCPaySignature.header(for: body, secret: Array("HelloWorld".utf8))

  struct Down: Error {}

  /// What the API says decides, whatever the message said.
  @Test(arguments: [
    ("Settled", "None", 200, true, 200, BTCPayAnswer.recorded), ("Settled", "PaidOver", 200, true, 200, .recorded),
    ("Settled", "None", 200, false, 503, .later("the payment cannot be recorded")),
    ("New", "None", 200, true, 503, .later("the invoice is not settled")),
    ("Settled", "Marked", 200, true, 200, .ignored("marked_by_hand")),
    ("Expired", "None", 200, true, 200, .ignored("not_paid")),
    ("Settled", "None", 404, true, 200, .ignored("unknown_invoice")),
    ("Settled", "None", 500, true, 503, .later("BTCPay Server cannot be asked")),
    ("Settled", "None", 401, true, 503, .later("BTCPay Server cannot be asked")),
  ]) func aMessageIsLookedInto(
    _ status: String,
    _ additional: String,
    _ http: Int,
    _ isDiskWell: Bool,
    _ answered: Int,
    _ want: BTCPayAnswer
  ) async throws {
    let invoice = FakeBTCPay.invoice("i", status, additional).text()
    try await FakeBTCPay.with({ _, answer in answer.json(invoice, status: http) }) { (shop) async throws in
      let recorded = Mutex<[String]>([])
      let answer = await BTCPayHook(shop.client).receive(signature: Self.signature, body: Self.body) { invoice in
        guard isDiskWell else { throw Down() }
        recorded.withLock { $0.append(invoice.id) }
      }
      #expect(answer == want && answer.status == answered)
      #expect(recorded.withLock { $0 } == (want == .recorded ? ["i"] : []))
    }
  }

  @Test func whatIsNotSignedIsNotLookedInto() async throws {
    try await FakeBTCPay.with({ _, answer in answer.json(Self.settled) }) { (shop) async throws in
      let hook = BTCPayHook(shop.client)
      #expect(await hook.receive(signature: nil, body: Self.body) { _ in } == .forged)
      #expect(await hook.receive(signature: Self.signature, body: Self.body + [0x20]) { _ in } == .forged)
      let nonsense = Array("nonsense".utf8)
      let signed = BTCPaySignature.header(for: nonsense, secret: Array("HelloWorld".utf8))
      #expect(await hook.receive(signature: signed, body: nonsense) { _ in } == .unreadable)
      try shop.folder.write("", "hook")
      #expect(await hook.receive(signature: Self.signature, body: Self.body) { _ in }.status == 503)
      #expect(shop.door.requests.isEmpty)
    }
  }
}
