import Foundation
import Primitives
import TestKit
import Testing

/// Commands against a server that answers as told.
@Suite("Server commands")
struct ServerCommandTests {
  private func run(
    _ server: ScriptedServer,
    _ arguments: String...,
    token: String = "cst_secret"
  ) async throws -> Command.Result {
    let folder = try Folder()
    return try await Command(
      environment: ["COINSLOT_TOKEN": token, "COINSLOT_SERVER": server.url],
      folder: folder.path
    )
    .run(all: arguments)
  }

  @Test(arguments: [
    (404, 3, "such slot"), (401, 4, "COINSLOT_TOKEN"), (403, 4, "COINSLOT_TOKEN"), (409, 6, "such slot"),
    (422, 2, "such slot"), (400, 2, "such slot"), (503, 1, "again"), (500, 1, "status 500"),
  ])
  func eachRefusalHasItsCode(_ status: Int, _ code: Int32, _ part: String) async throws {
    let server = try ScriptedServer { _, _ in .problem(status, "Not found", "There is no such slot.") }
    let result = try await run(server, "slot", "open", "charger")
    #expect(result.code == code && result.error.contains(part), "\(result)")
    #expect(!result.error.contains("cst_secret") && result.output.isEmpty)
  }

  @Test func nobodyThereIsFive() async throws {
    let folder = try Folder()
    let result = try await Command(folder: folder.path).run("slot", "list", "--server", "http://127.0.0.1:1")
    #expect(result.code == 5 && result.error.contains("coinslot serve"), "\(result)")
  }

  @Test func aChangeIsSentAgainWithTheSameKey() async throws {
    let server = try ScriptedServer { _, before in before == 0 ? .hangUp : .json("{\"dry_run\":false}") }
    let result = try await run(server, "device", "revoke", "charger-1")
    #expect(result.code == 0, "\(result)")
    let keys = server.requests.map { $0.headers["idempotency-key"] ?? "" }
    #expect(keys.count == 2 && keys[0] == keys[1] && keys[0].count == 34, "\(keys)")
  }

  @Test func aChangeThatNobodyAnswersIsUnknown() async throws {
    let server = try ScriptedServer { _, _ in .hangUp }
    let result = try await run(server, "device", "revoke", "charger-1")
    #expect(result.code == 7 && result.error.contains("may or may not"), "\(result)")
    #expect(server.requests.count == 3)
  }

  @Test func aQuestionThatNobodyAnswersIsNot() async throws {
    let server = try ScriptedServer { _, _ in .hangUp }
    #expect(try await run(server, "device", "list").code == 5)
  }

  @Test func dryRunIsSaid() async throws {
    let server = try ScriptedServer { _, _ in .json("{\"dry_run\":true}") }
    for arguments in [
      ["slot", "close", "a"], ["device", "revoke", "a"], ["device", "trigger", "a", "--test"], ["device", "add", "a"],
    ] {
      let folder = try Folder()
      let result = try await Command(environment: ["COINSLOT_SERVER": server.url], folder: folder.path)
        .run(all: arguments + ["--dry-run"])
      #expect(result.code == 0, "\(arguments) \(result)")
    }
    #expect(server.requests.count == 4 && server.requests.allSatisfy { $0.target.hasSuffix("?dry_run=true") })
  }

  @Test func aListIsReadPageByPage() async throws {
    let server = try ScriptedServer { request, before in
      .json(
        before == 0
          ? "{\"data\":[{\"id\":\"pay_1\"}],\"next_cursor\":\"a b\"}"
          : "{\"data\":[{\"id\":\"pay_2\"}],\"next_cursor\":null}"
      )
    }
    let result = try await run(server, "payment", "list", "--limit", "300")
    #expect(result.json?["data"]?.array?.compactMap { $0["id"]?.string } == ["pay_1", "pay_2"])
    #expect(server.requests.map(\.target) == ["/v1/payments?limit=200", "/v1/payments?limit=200&cursor=a%20b"])
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer cst_secret" })
  }

  @Test func aKeyGoesIntoItsFileAndNowhereElse() async throws {
    let key = String(repeating: "ab", count: 32)
    let server = try ScriptedServer { _, _ in
      .json("{\"device\":{\"id\":\"a\"},\"key\":\"\(key)\",\"key_serial\":1,\"note\":\"once\"}", status: 201)
    }
    let folder = try Folder()
    let program = Command(environment: ["COINSLOT_SERVER": server.url], folder: folder.path)
    let result = try await program.run("device", "add", "a", "--save-key", "a.key")
    #expect(
      result.code == 0 && !result.output.contains(key) && result.json?["key_file"]?.string == "a.key",
      "\(result)"
    )
    #expect(folder.read("a.key") == key + "\n" && folder.mode("a.key") == 0o600)
    let again = try await program.run("device", "add", "a", "--save-key", "a.key")
    #expect(again.code == 6 && server.requests.count == 1, "no key may be made that cannot be kept")
  }

  @Test func aTriggerWaitsForTheDevice() async throws {
    let server = try ScriptedServer { request, before in
      .json("{\"id\":\"dsp_1\",\"device\":\"a\",\"channel\":0,\"state\":\"\(before < 2 ? "waiting" : "accepted")\"}")
    }
    let result = try await run(server, "device", "trigger", "a", "--test", "--seconds", "5")
    #expect(result.code == 0 && result.json?["state"]?.string == "accepted", "\(result)")
    #expect(server.requests.map(\.target).first == "/v1/devices/a/trigger")
    #expect(server.requests.first?.body.contains("\"ms\":5000") == true)
  }

  @Test(arguments: [
    ("waiting", "null", 7), ("settled", "\"expired\"", 1), ("settled", "\"unknown\"", 7), ("settled", "\"done\"", 0),
  ])
  func whatBecameOfATriggerIsItsCode(_ state: String, _ outcome: String, _ code: Int32) async throws {
    let server = try ScriptedServer { _, _ in .json("{\"id\":\"dsp_1\",\"state\":\"\(state)\",\"outcome\":\(outcome)}")
    }
    let result = try await run(server, "device", "trigger", "a", "--test", "--wait", "1")
    #expect(result.code == code, "\(result)")
  }

  @Test func aTokenDoesNotTravelInTheOpen() async throws {
    let folder = try Folder()
    let program = Command(environment: ["COINSLOT_TOKEN": "cst_secret"], folder: folder.path)
    let result = try await program.run("slot", "list", "--server", "http://192.0.2.1:8402")
    #expect(result.code == 2 && result.error.contains("plain http") && !result.error.contains("cst_secret"))
  }

  @Test func theConfigurationsTokenGoesOnlyToItsServer() async throws {
    let folder = try Folder()
    let own = try ScriptedServer { _, _ in .json("{\"data\":[],\"next_cursor\":null}") }
    let other = try ScriptedServer { _, _ in .json("{\"data\":[],\"next_cursor\":null}") }
    try FileManager.default.createDirectory(atPath: "\(folder.path)/data", withIntermediateDirectories: true)
    try folder.write("cst_own\n", "data/admin.token")
    try folder.write("server: { listen: \"\(own.url.dropFirst(7))\" }\n", "coinslot.yaml")
    #expect(try await Command(folder: folder.path).run("slot", "list").code == 0)
    #expect(own.requests.first?.headers["authorization"] == "Bearer cst_own")
    #expect(try await Command(folder: folder.path).run("slot", "list", "--server", other.url).code == 0)
    #expect(other.requests.first?.headers["authorization"] == nil)
  }

  @Test func backupAppearsWholeOrNotAtAll() async throws {
    let folder = try Folder()
    let good = try ScriptedServer { _, _ in
      .reply(200, "application/vnd.sqlite3", "SQLite format 3\0" + String(repeating: "x", count: 5_000))
    }
    let program = Command(environment: ["COINSLOT_SERVER": good.url], folder: folder.path)
    let result = try await program.run("backup", "copy.sqlite")
    #expect(result.code == 0 && result.json?["bytes"]?.int == 5_016, "\(result)")
    #expect(folder.mode("copy.sqlite") == 0o600)
    #expect(try await program.run("backup", "copy.sqlite").code == 6)
    let bad = try ScriptedServer { _, _ in .reply(200, "text/html", "<html>not a ledger at all</html>") }
    let refused = try await Command(environment: ["COINSLOT_SERVER": bad.url], folder: folder.path).run(
      "backup",
      "other.sqlite"
    )
    #expect(refused.code == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["copy.sqlite"])
  }

  @Test func listenPrintsPaymentsOnceAndResumes() async throws {
    let account = "nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est"
    @Sendable func event(_ number: Int, _ type: String, _ account: String, _ hash: String) -> String {
      "id: e1:\(number)\nevent: \(type)\ndata: {\"sequence\":\(number),\"at_ms\":1,\"type\":\"\(type)\",\"data\":{\"id\":\"pay_\(number)\",\"account\":\"\(account)\",\"amount\":\"1\",\"transaction\":\"\(hash)\"}}\n\n"
    }
    let server = try ScriptedServer { request, before in
      let stream =
        before == 0
        ? "id: e1:0\nevent: hello\ndata: {}\n\n:\n\n" + event(1, "payment.confirmed", account, "AA")
          + event(2, "payment.confirmed", "nano_other", "BB") + event(3, "sale.created", account, "AA")
        : event(1, "payment.confirmed", account, "AA") + event(4, "payment.confirmed", account, "CC")
      return .reply(200, "text/event-stream", stream)
    }
    let result = try await run(server, "listen", account.replacing("nano_", with: "xrb_"), "--count", "2")
    let lines = result.output.split(separator: "\n")
    #expect(result.code == 0 && lines.count == 2, "\(result)")
    #expect(
      lines.first?.contains("\"transaction\":\"AA\"") == true && lines.last?.contains("\"transaction\":\"CC\"") == true
    )
    #expect(server.requests.last?.headers["last-event-id"] == "e1:3")
  }
}
