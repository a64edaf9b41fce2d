import Coinslot
import Nano
import Primitives
import Testing

@testable import Simulators

@Suite struct NodeSubscriptionsTests {
  private let ledger: ToyLedger
  private let saying: Saying
  private let stranger = ToyKey(seed: .zero, index: 0).account

  init() throws {
    var ledger = try ToyLedger(.init(accounts: 3), nowMS: 0)
    let block = try ledger.send(ledger.accounts[0], to: ledger.accounts[1].account, amount: Amount(7))
    let hash = try ledger.process(block, nowMS: 0)
    saying = Saying(try #require(ledger[hash]), amount: Amount(7))
    self.ledger = ledger
  }

  private func subscribed(_ options: String?, release: NodeRelease = .newest) -> NodeSubscriptions {
    var client = NodeSubscriptions(release)
    let tail = options.map { ", \"options\": \($0)" } ?? ""
    let answer = client.handle(
      Array("{\"action\": \"subscribe\", \"topic\": \"confirmation\", \"ack\": true\(tail)}".utf8)
    )
    #expect(answer == .ack(action: "subscribe", id: ""))
    return client
  }

  private func hears(_ client: NodeSubscriptions, _ way: Way = .activeQuorum) -> Bool {
    client.wants(saying, way) { _ in false }
  }

  private var sender: String { ledger.accounts[0].address }
  private var payee: String { ledger.accounts[1].address }

  @Test func withoutOptionsEverythingComes() {
    #expect(hears(subscribed(nil)))
    #expect(hears(subscribed("{}")))
    #expect(!hears(NodeSubscriptions(.newest)))
  }

  @Test func filtersBySenderAndLinkInEitherSpelling() {
    #expect(hears(subscribed("{\"accounts\": [\"\(sender)\"]}")))
    #expect(hears(subscribed("{\"accounts\": [\"\(payee)\"]}")))
    #expect(hears(subscribed("{\"accounts\": [\"xrb_\(payee.dropFirst(5))\"]}")))
    #expect(!hears(subscribed("{\"accounts\": [\"\(NanoAddress.encode(stranger))\"]}")))
  }

  @Test(arguments: [
    "{\"accounts\": [\"xrb_invalid\"]}", "{\"accounts\": []}", "{\"accounts\": \"\"}", "{\"all_local_accounts\": true}",
  ])
  func anEmptyFilterDeliversNothing(_ options: String) { #expect(!hears(subscribed(options))) }

  @Test func aFilterWithoutTheBlockDeliversNothing() {
    #expect(!hears(subscribed("{\"accounts\": [\"\(payee)\"], \"include_block\": false}")))
    #expect(hears(subscribed("{\"include_block\": \"false\"}")))
  }

  @Test func aFilterNeverPassesLegacyBlocks() throws {
    var ledger = try ToyLedger(.init(accounts: 2, legacyAccounts: 2), nowMS: 0)
    let block = try ledger.legacySend(ledger.accounts[0], to: ledger.accounts[1].account, amount: Amount(7))
    let hash = try ledger.process(block, nowMS: 0)
    let saying = Saying(try #require(ledger[hash]), amount: Amount(7))
    #expect(subscribed(nil).wants(saying, .inactive) { _ in true })
    #expect(!subscribed("{\"accounts\": [\"\(ledger.accounts[0].address)\"]}").wants(saying, .inactive) { _ in true })
  }

  @Test func localAccountsAreTheWallets() {
    let client = subscribed("{\"all_local_accounts\": \"true\"}")
    #expect(client.wants(saying, .activeQuorum) { $0 == ledger.accounts[1].account })
    #expect(!client.wants(saying, .activeQuorum) { _ in false })
  }

  @Test(arguments: [
    ("all", [true, true, true]), ("active", [true, true, false]), ("active_quorum", [true, false, false]),
    ("active_confirmation_height", [false, true, false]), ("inactive", [false, false, true]),
    ("nonsense", [true, true, true]),
  ])
  func filtersByWay(_ type: String, _ expected: [Bool]) {
    let client = subscribed("{\"confirmation_type\": \"\(type)\"}")
    #expect(Way.allCases.map { hears(client, $0) } == expected)
  }

  @Test func subscribingAgainReplacesAndUpdateChanges() {
    var client = subscribed("{\"accounts\": [\"\(payee)\"]}")
    let update = { (key: String, account: String) in
      Array("{\"action\":\"update\",\"topic\":\"confirmation\",\"options\":{\"\(key)\":[\"\(account)\"]}}".utf8)
    }
    #expect(client.handle(update("accounts_del", payee)) == .silence)
    #expect(!hears(client))
    #expect(client.handle(update("accounts_add", sender)) == .silence)
    #expect(hears(client))
    let again =
      "{\"action\":\"subscribe\",\"topic\":\"confirmation\",\"options\":{\"accounts\":[\"\(NanoAddress.encode(stranger))\"]}}"
    _ = client.handle(Array(again.utf8))
    #expect(!hears(client))
    _ = client.handle(Array("{\"action\":\"unsubscribe\",\"topic\":\"confirmation\"}".utf8))
    #expect(client.shape == nil)
  }

  @Test func olderNodesKnowLess() {
    func answer(_ text: String, _ major: Int) -> NodeSubscriptions.Answer {
      var client = subscribed("{\"accounts\": []}", release: NodeRelease(major))
      return client.handle(Array(text.utf8))
    }
    let ping = "{\"action\":\"ping\"}"
    let update = "{\"action\":\"update\",\"topic\":\"confirmation\",\"ack\":true,\"options\":{}}"
    let new = "{\"action\":\"subscribe\",\"topic\":\"new_unconfirmed_block\",\"ack\":true}"
    #expect(answer(ping, 19) == .silence && answer(ping, 20) == .ack(action: "pong", id: ""))
    #expect(answer(update, 20) == .silence && answer(update, 21) == .ack(action: "update", id: ""))
    #expect(answer(new, 20) == .silence && answer(new, 21) == .ack(action: "subscribe", id: ""))
  }

  @Test func answersTheRequestsOfTheVectors() throws {
    let cases = try Samples.cases("websocket", "requests")
    for request in cases {
      let name = request["case"]?.string ?? ""
      let text = try #require(request["text"]?.string)
      var client = NodeSubscriptions(.newest)
      // The update of the vectors follows a subscription with options, the other one a subscription without.
      if name.hasPrefix("update") {
        client = subscribed(name.contains("without options") ? nil : "{\"accounts\": [\"\(payee)\"]}")
      }
      let answer = client.handle(Array(text.utf8))
      guard let reply = request["reply"], !reply.isNull else {
        #expect(answer == (name == "not JSON" ? .drop : .silence), "\(name)")
        continue
      }
      let expected = (reply["ack"]?.string ?? "", reply["id"]?.string ?? "")
      #expect(answer == .ack(action: expected.0, id: expected.1), "\(name)")
    }
    #expect(cases.count >= 14)
  }
}
