import AsyncHTTPClient
import Foundation
import Primitives
import TestKit
import Testing

@testable import Server

/// Messages to a person, against a webhook that answers as told.
@Suite("Alarm command") struct AlarmCommandTests {
  private func run(_ url: String, format: String = "json") async throws -> Command.Result {
    let folder = try Folder()
    try folder.write(url + "\n", "hook")
    chmod("\(folder.path)/hook", 0o600)
    try folder.write("alarms: { webhook_file: hook, format: \(format) }\n", "coinslot.yaml")
    return try await Command(folder: folder.path).run("alarm", "test")
  }

  @Test func aTestArrivesAsJSON() async throws {
    let server = try ScriptedServer { _, _ in .json("{}") }
    let result = try await run("\(server.url)/my-secret-topic")
    #expect(result.code == 0 && result.json?["arrived"]?.bool == true, "\(result)")
    let request = try #require(server.requests.first)
    #expect(request.method == "POST" && request.target == "/my-secret-topic" && server.requests.count == 1)
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.headers["title"] == "Coinslot: test" && request.headers["priority"] == "default")
    let body = try JSONValue(parsing: request.body)
    #expect(body["word"]?.string == "test" && body["severity"]?.string == "morning")
    #expect(body["text"]?.string?.contains("test of the alarms") == true && body["next"]?.string == "")
  }

  @Test func aTestArrivesAsText() async throws {
    let server = try ScriptedServer { _, _ in .json("{}") }
    #expect(try await run("\(server.url)/topic", format: "text").code == 0)
    let request = try #require(server.requests.first)
    #expect(request.headers["content-type"] == "text/plain; charset=utf-8")
    #expect(request.body.hasPrefix("This is the test of the alarms"))
  }

  @Test(arguments: [(500, "refuses it (status 500)"), (404, "refuses it"), (302, "not followed"), (410, "status 410")])
  func whatIsRefusedIsSaidWithoutTheURL(_ status: Int, _ words: String) async throws {
    let server = try ScriptedServer { request, _ in .reply(status, "text/plain", "no \(request.target)") }
    let result = try await run("\(server.url)/my-secret-topic")
    #expect(result.code == 1 && result.error.contains(words), "\(result)")
    #expect(!result.error.contains("my-secret-topic") && !result.output.contains("my-secret-topic"))
    #expect(server.requests.count == 1)
  }

  @Test func nobodyThereIsSaidWithoutTheURL() async throws {
    let result = try await run("http://127.0.0.1:\(try freePort())/my-secret-topic")
    #expect(result.code == 1 && result.error.contains("cannot be reached"), "\(result)")
    #expect(!result.error.contains("my-secret-topic"))
  }

  @Test func aServerThatHangsUpIsNoArrival() async throws {
    let server = try ScriptedServer { _, _ in .hangUp }
    #expect(try await run("\(server.url)/x").code == 1)
  }

  @Test func withoutAlarmsItSaysWhatToSet() async throws {
    let folder = try Folder()
    try folder.write("log: { level: info }\n", "coinslot.yaml")
    let result = try await Command(folder: folder.path).run("alarm", "test")
    #expect(result.code == 2 && result.error.contains("alarms.webhook_file"), "\(result)")
  }
}
