import Coinslot
import Foundation
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// `coinslot audit` and `coinslot source`, against a real server over a toy node, and one that answers as told.
@Suite("Audit", .serialized, .timeLimit(.minutes(5))) struct AuditCommandTests {
  @Test func aRealServersBooksAreComparedWithItsNode() async throws {
    try await NightTown.with(hold: "30s") { town in
      let program = try await town.serve()
      let command = Command(folder: town.folder), config = town.server.configFile
      let isWatched = try await eventually(within: 60) {
        try await town.server.get("/v1/audit")["accounts"]?.array?.count == 1
      }
      #expect(isWatched)
      let paid = try await town.pay()
      #expect(try await eventually(within: 30) { try await town.payment(paid) != nil })
      let clean = try await command.run("audit", "--config", config)
      let account = clean.json?["accounts"]?[0]
      #expect(clean.code == 0 && clean.json?["explained"]?.bool == true, "\(clean)")
      #expect(account?["payments"]?.int == 1 && account?["node"]?["count"]?.int == 1)
      #expect(account?["received"]?.string == account?["node"]?["sum"]?.string)
      #expect(account?["account"]?.string == town.shop.address)

      // The node lists a payment, and shows a block that nobody signed: it is not recorded, and named.
      try await town.sim.change { $0.wrongSignature = .rpc }
      let second = try await town.pay()
      let isOff = try await eventually(within: 30) {
        try await town.server.get("/v1/audit")["accounts"]?[0]?["missing"]?["count"]?.int == 1
      }
      #expect(isOff)
      let wrong = try await command.run("audit", "--config", config)
      let missing = wrong.json?["accounts"]?[0]?["missing"]
      #expect(wrong.code == 1 && wrong.json?["explained"]?.bool == false, "\(wrong)")
      #expect(missing?["payments"]?[0]?["transaction"]?.string == second)
      #expect(try await town.payment(second) == nil)

      try await town.sim.change { $0.wrongSignature = [] }
      let accepted = try await command.run("source", "accept", "nano:sim", "--config", config)
      #expect(accepted.code == 0 && accepted.json?["source"]?["network"]?.string == "nano:sim", "\(accepted)")
      #expect(try await eventually(within: 60) { try await town.payment(second) != nil })
      #expect(try await command.run("audit", "--config", config).code == 0)
      let log = try await command.run("audit-log", "--config", config)
      #expect(log.json?["data"]?[0]?["action"]?.string == "source.accepted", "\(log)")

      program.kill(SIGTERM)
      try await program.wait()
      let nobody = try await command.run("audit", "--config", config)
      #expect(nobody.code == 5 && nobody.error.contains("coinslot serve"), "\(nobody)")
    }
  }

  @Test(arguments: [
    ("{\"explained\":true,\"accounts\":[]}", 0), ("\n\n{\"explained\":true}", 0),
    ("{\"explained\":false,\"accounts_unexplained\":1}", 1), ("{\"explained\":\"yes\"}", 1), ("{}", 1),
    ("<html>", 1),
  ])
  func onlyAClearYesIsZero(_ answer: String, _ code: Int32) async throws {
    let server = try ScriptedServer { _, _ in .json(answer) }
    let folder = try Folder()
    let result = try await Command(environment: ["COINSLOT_SERVER": server.url], folder: folder.path).run("audit")
    #expect(result.code == code, "\(result)")
    #expect(server.requests.map(\.target) == ["/v1/audit"])
  }

  @Test func aDryRunOfAcceptChangesNothing() async throws {
    let server = try ScriptedServer { _, _ in .json("{\"dry_run\":true,\"would\":\"accept\"}") }
    let folder = try Folder()
    let command = Command(environment: ["COINSLOT_SERVER": server.url], folder: folder.path)
    #expect(try await command.run("source", "accept", "nano:live", "--dry-run").code == 0)
    #expect(server.requests.map(\.target) == ["/v1/sources/nano%3Alive/accept?dry_run=true"])
    #expect(try await command.run("source", "accept").code == 2)
  }
}
