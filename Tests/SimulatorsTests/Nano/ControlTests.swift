import Coinslot
import Nano
import Primitives
import Testing

@testable import Simulators

/// The control endpoint over HTTP.
@Suite(.timeLimit(.minutes(1))) struct ControlTests {
  private let outsider = NanoAddress.encode(ToyKey(seed: .zero, index: 9).account)

  private func control(
    _ simulator: NanoSimulator,
    _ path: String,
    _ body: String = "",
    method: String = "POST",
    headers: [String] = []
  ) async throws -> (status: String, value: JSONValue) {
    let url = try #require(simulator.controlURL)
    let answer = try #require(
      await TestHTTP.request(url + path, body, method: method, headers: headers)
    )
    let status = answer.firstLine.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    return (status, try JSONValue(parsing: answer.body))
  }

  @Test(arguments: [
    #""amount":"0.1 XNO""#, #""amount":"0.1""#, #""amount_raw":"100000000000000000000000000000""#,
    #""amount":"100000000000000000000000000000 raw""#,
  ])
  func pays(_ amount: String) async throws {
    try await running { simulator in
      let paid = try await control(
        simulator,
        "/pay",
        "{\"to\":\"\(outsider)\",\(amount),\"from\":1,\"confirm\":0}"
      )
      #expect(paid.status == "200")
      let hash = try Hex.bytes32(#require(paid.value["hash"]?.string))
      #expect(try await eventually { try await simulator.ask(BlockInfo(hash: hash)).isConfirmed })
      let block = try await simulator.ask(BlockInfo(hash: hash))
      #expect(block.amount == Amount(100_000_000_000_000_000_000_000_000_000))
      #expect(block.account == simulator.accounts[1].account)
    }
  }

  @Test(arguments: [
    ("/pay", "{}"), ("/pay", #"{"to":"nano_bad","amount":"1"}"#), ("/pay", "nonsense"), ("/pay", "[]"),
    ("/pocket", "{}"), ("/pocket", #"{"account":99}"#), ("/confirm", #"{"hash":"xyz"}"#),
    ("/faults", #"{"no_such":1}"#), ("/restart", #"{"down":-1}"#), ("/preload", #"{"blocks":[{"type":"vote"}]}"#),
    ("/prune", #"{"account":1}"#), ("/upgrade", #"{"account":"x","epoch":9}"#),
  ])
  func refuses(_ path: String, _ body: String) async throws {
    try await running { simulator in
      let before = try await simulator.onLoop { $0.ledger.counts.blocks }
      let answer = try await control(simulator, path, body)
      #expect(answer.status == "400" || answer.status == "409", "\(answer)")
      #expect(answer.value["detail"]?.string?.isEmpty == false)
      #expect(try await simulator.onLoop { $0.ledger.counts.blocks } == before)
    }
  }

  @Test func unknownPathsAndPagesOfOthers() async throws {
    try await running { simulator in
      #expect(try await control(simulator, "/nothing").status == "404")
      #expect(try await control(simulator, "/pay", method: "GET").status == "404")
      let page = try await control(simulator, "", method: "GET", headers: ["Origin: http://evil.example"])
      #expect(page.status == "403")
    }
  }

  @Test func tellsItsState() async throws {
    try await running { simulator in
      let status = try await control(simulator, "", method: "GET").value
      #expect(status["rpc"]?.string == simulator.rpcURL)
      #expect(status["genesis"]?.string == simulator.genesis.hex(uppercase: true))
      let list = try await control(simulator, "/accounts", method: "GET").value
      #expect(list.array?.count == 3)
      #expect(list[0]?["balance"]?.string == "1000000000000000000000000000000000000")
    }
  }

  @Test func faultsComeAndGo() async throws {
    try await running { simulator in
      #expect(try await control(simulator, "/faults", #"{"hide_receivable":true}"#).value["hide_receivable"] == true)
      #expect(try await control(simulator, "/faults", #"{"late_ms":3}"#).value["hide_receivable"] == true)
      #expect(try await simulator.faults.lateMS == 3)
      _ = try await control(simulator, "/faults", method: "DELETE")
      #expect(try await simulator.faults == NanoFaults())
    }
  }

  @Test func pocketsForksPrunesAnnouncesPreloadsAndRestarts() async throws {
    try await running { simulator in
      let payee = simulator.accounts[2].address
      let paid = try await control(simulator, "/pay", "{\"to\":\"\(payee)\",\"amount\":\"1\",\"from\":0}")
      let hash = try #require(paid.value["hash"]?.string)
      #expect(try await control(simulator, "/confirm", "{\"hash\":\"\(hash)\"}").status == "200")
      #expect(try await control(simulator, "/announce", "{\"hash\":\"\(hash)\"}").status == "200")
      let pocketed = try await control(simulator, "/pocket", "{\"account\":\"\(payee)\"}")
      #expect(pocketed.value["hashes"]?.array?.count == 1)
      let forked = try await control(
        simulator,
        "/fork",
        "{\"to\":\"\(outsider)\",\"amount\":\"1\",\"from\":1,\"switch\":10}"
      )
      let rival = try Hex.bytes32(#require(forked.value["rival"]?.string))
      #expect(try await eventually { try await simulator.onLoop { $0.ledger[rival]?.isConfirmed == true } })
      let changed = try await control(simulator, "/change", "{\"from\":1,\"to\":\"\(payee)\"}")
      #expect(changed.status == "200")
      let payer = simulator.accounts[0].address
      #expect(try await control(simulator, "/prune", "{\"account\":\"\(payer)\"}").value["pruned"]?.int == 1)
      let blocks = try Samples.cases("blocks_public", "blocks").suffix(2)
      let preload = JSONValue.object([.init("blocks", .array(Array(blocks))), .init("announce", true)]).text()
      #expect(try await control(simulator, "/preload", preload).value["hashes"]?.array?.count == blocks.count)
      #expect(try await control(simulator, "/restart", #"{"down":5}"#).status == "200")
      _ = try await simulator.ask(NodeVersion())
    }
  }

  @Test func insufficientMoneyIsAConflict() async throws {
    try await running { simulator in
      let answer = try await control(simulator, "/pay", "{\"to\":\"\(outsider)\",\"amount\":\"300000000\"}")
      #expect(answer.status == "409" && answer.value["detail"]?.string == "Insufficient balance")
    }
  }
}
