import Coinslot
import HTTPTypes
import Primitives
import Testing

@testable import Web

struct ProblemTests {
  @Test func everyMemberIsThere() throws {
    let json = try JSONValue(parsing: Problem.notFound("such thing").body(instance: "/v1/x"))
    #expect(json["type"]?.string == "urn:coinslot:problem:not_found")
    #expect(json["title"]?.string == "Not found")
    #expect(json["status"]?.int == 404)
    #expect(json["detail"]?.string == "There is no such thing.")
    #expect(json["instance"]?.string == "/v1/x")
    #expect(json["code"]?.string == "not_found")
    #expect(json["retryable"]?.bool == false)
  }

  @Test func unknownErrorTellsNothing() throws {
    struct Secret: Error { let word = "hunter2" }
    let text = String(decoding: Problem(Secret()).body(instance: nil), as: UTF8.self)
    #expect(!text.contains("hunter2") && text.contains("\"internal\""))
  }

  @Test(arguments: [
    (WorkshopRefusal.noSuchDevice as any Error, 404), (WorkshopRefusal.exists, 409), (WorkshopRefusal.notTrusted, 409),
    (WorkshopRefusal.queueFull, 409), (LedgerError.badCursor, 400), (LedgerError.notWritable("/secret"), 503),
  ])
  func knownErrorHasItsStatus(_ error: any Error, _ status: Int) {
    #expect(Problem(error).status.code == status)
  }

  @Test func wrongPathAndWrongMethod() async throws {
    try await TestServer.with { server in
      let missing = try await server.ask("GET", "/nowhere")
      #expect(missing.status == 404 && missing.code == "not_found")
      let wrong = try await server.ask("DELETE", "/livez")
      #expect(wrong.status == 405 && wrong.code == "method_not_allowed" && wrong["allow"] == "GET, HEAD")
      let invented = try await server.ask("SEARCH", "/s/charger/quote")
      #expect(invented.status == 405 && invented["allow"] == "POST")
      let guarded = try await server.ask("PUT", "/v1/payments")
      #expect(guarded.status == 405)
    }
  }

  @Test func browserGetsAPageAndAProgramAProblem() async throws {
    try await TestServer.with { server in
      let page = try await server.ask("GET", "/nowhere", headers: ["Accept": "text/html,*/*", "Accept-Language": "de"])
      #expect(page.status == 404 && page["content-type"] == "text/html; charset=utf-8")
      #expect(page.text.contains("Das hat nicht geklappt"))
      let program = try await server.ask("GET", "/nowhere", headers: ["Accept": "*/*"])
      #expect(program.code == "not_found")
      let api = try await server.ask("GET", "/v1/payments", headers: ["Accept": "text/html"])
      #expect(api.status == 401 && api.code == "unauthorized")
    }
  }

  @Test func everyAnswerIsCareful() async throws {
    try await TestServer.with { server in
      for path in ["/", "/s/charger", "/nowhere", "/livez", "/v1/payments", "/assets/pay.js"] {
        let reply = try await server.ask("GET", path)
        let policy = reply["content-security-policy"] ?? ""
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(path)")
        #expect(!policy.contains("unsafe"), "\(path)")
        #expect(reply["x-content-type-options"] == "nosniff", "\(path)")
        #expect(reply["referrer-policy"] != nil, "\(path)")
      }
    }
  }

  @Test func brokenLedgerIsAFiveHundredWithoutDetails() async throws {
    try await TestServer.with { server in
      server.world.ledger.change { $0.isBroken = true }
      let reply = try await server.api("GET", "/v1/payments")
      #expect(reply.status == 500 && reply.code == "internal" && !reply.text.contains("Broken"))
      server.world.ledger.change { $0.isBroken = false }
      #expect(try await server.api("GET", "/v1/payments").status == 200)
    }
  }
}
