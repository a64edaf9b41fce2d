import Primitives
import Testing

@testable import Web

struct BackupRoutesTests {
  @Test func copyComesWholeAndLeavesNothingBehind() async throws {
    try await TestServer.with { server in
      let content = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      server.world.ledger.change { $0.backup = content }
      let reply = try await server.api("POST", "/v1/backup")
      #expect(reply.status == 200 && reply["content-type"] == "application/vnd.sqlite3")
      #expect(reply["content-disposition"]?.contains("coinslot-20250101-") == true)
      #expect(reply["content-length"] == "700001" && reply.body == content)
      #expect(FileBytes.names(in: server.world.folder).isEmpty)
    }
  }

  @Test func dryRunMakesNone() async throws {
    try await TestServer.with { server async throws in
      server.world.ledger.change { $0.isBroken = true }
      #expect(try await server.api("POST", "/v1/backup?dry_run=true").json["would"]?.string == "backup")
    }
  }

  @Test func failureIsAProblem() async throws {
    try await TestServer.with { server async throws in
      server.world.ledger.change { $0.isBroken = true }
      #expect(try await server.api("POST", "/v1/backup").code == "internal")
      #expect(FileBytes.names(in: server.world.folder).isEmpty)
      server.world.ledger.change { $0.isBroken = false }
      #expect(try await server.api("POST", "/v1/backup").text == "a ledger")
    }
  }
}
