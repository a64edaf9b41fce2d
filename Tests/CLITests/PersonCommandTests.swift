import Foundation
import Primitives
import TestKit
import Testing

/// What is kept about people, and what operators did, against a server that answers as told.
@Suite("Person and audit commands") struct PersonCommandTests {
  private func run(_ server: ScriptedServer, _ arguments: String...) async throws -> Command.Result {
    let folder = try Folder()
    return try await Command(
      environment: ["COINSLOT_TOKEN": "cst_secret", "COINSLOT_SERVER": server.url],
      folder: folder.path
    )
    .run(all: arguments)
  }

  @Test func aPersonIsAskedForExactly() async throws {
    let server = try ScriptedServer { _, _ in .json("{\"data\":[{\"role\":\"payer\"}],\"next_cursor\":null}") }
    let result = try await run(server, "person", "show", "a b&c=d")
    #expect(result.code == 0 && result.json?["data"]?[0]?["role"]?.string == "payer", "\(result)")
    #expect(server.requests.first?.target == "/v1/people?person=a%20b%26c%3Dd")
  }

  @Test func erasingNamesThePersonInTheBodyOnly() async throws {
    let server = try ScriptedServer { _, _ in .json("{\"records\":3,\"dry_run\":false}") }
    let result = try await run(server, "person", "erase", "nano_1abc")
    #expect(result.code == 0 && result.json?["records"]?.int == 3, "\(result)")
    let request = try #require(server.requests.first)
    #expect(request.method == "POST" && request.target == "/v1/people/erase")
    #expect(try JSONValue(parsing: request.body)["person"]?.string == "nano_1abc")
    let dry = try await run(server, "person", "erase", "nano_1abc", "--dry-run")
    #expect(dry.code == 0 && server.requests.last?.target == "/v1/people/erase?dry_run=true", "\(dry)")
  }

  @Test func theAuditLogIsReadPageByPage() async throws {
    let server = try ScriptedServer { _, before in
      .json("{\"data\":[{\"action\":\"token.rotated\"}],\"next_cursor\":\(before == 0 ? "\"x\"" : "null")}")
    }
    let result = try await run(server, "audit-log", "--limit", "300")
    #expect(result.json?["data"]?.array?.count == 2, "\(result)")
    #expect(server.requests.map(\.target) == ["/v1/audit-log?limit=200", "/v1/audit-log?limit=200&cursor=x"])
  }

  @Test func aRotatedTokenIsShownOrKept() async throws {
    let server = try ScriptedServer { _, _ in .json("{\"token\":\"cst_new\",\"note\":\"once\"}", status: 201) }
    let result = try await run(server, "token", "rotate")
    #expect(result.code == 0 && result.json?["token"]?.string == "cst_new", "\(result)")
    let kept = try await run(server, "token", "rotate", "--save-token", "t")
    #expect(kept.code == 0 && !kept.output.contains("cst_new") && kept.json?["token_file"]?.string == "t", "\(kept)")
  }

  @Test func aRotationThatNobodyAnsweredNamesTheWayOut() async throws {
    let server = try ScriptedServer { _, _ in .hangUp }
    let result = try await run(server, "token", "rotate")
    #expect(result.code == 7 && result.error.contains("coinslot token reset"), "\(result)")
  }
}
