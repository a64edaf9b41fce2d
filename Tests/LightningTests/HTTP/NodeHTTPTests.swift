@testable import Lightning
import NIOHTTP1
import Sockets
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct NodeHTTPTests {
  private func with(
    _ script: @escaping ScriptedDoor.Script,
    _ body: (NodeHTTP, ScriptedDoor) async throws -> Void
  ) async throws {
    try await ScriptedDoor.with(script) { door in
      try await withNodeClient { client in
        let endpoint = try Endpoint(parsing: "http://127.0.0.1:\(door.port)/below/")
        try await body(NodeHTTP(name: "it", endpoint: endpoint, certificateFile: nil, client: client), door)
      }
    }
  }

  @Test func headersPathAndBodyArrive() async throws {
    try await with({ _, answer in answer.json("yes", status: 201) }) { (http, door) async throws in
      var call = NodeHTTP.Call(path: "/a?b=c")
      (call.method, call.contentType, call.body) = (.POST, "text/x", Array("hello".utf8))
      call.headers = [(name: "X-Key", value: "k")]
      let reply = try await http.send(call)
      #expect(reply.status == 201 && reply.body == Array("yes".utf8))
      let seen = try #require(door.requests.first)
      #expect(seen.method == "POST" && seen.target == "/below/a?b=c" && seen.body == "hello")
      #expect(seen.headers["x-key"] == "k" && seen.headers["content-type"] == "text/x")
    }
  }

  enum Slow: CaseIterable, Sendable { case noHead, noBody, noEnd }

  /// The time limit is for the whole answer, not for its first bytes alone.
  @Test(arguments: Slow.allCases) func whatTakesTooLongIsNoAnswer(_ how: Slow) async throws {
    try await with({ _, answer in
      switch how {
      case .noHead: break
      case .noBody: answer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
      case .noEnd:
        answer.streamHead()
        answer.chunk("{")
      }
    }) { (http, _) async throws in
      var call = NodeHTTP.Call(path: "/")
      call.withinMS = 200
      guard case .away? = await failure({ () async throws(NodeFailure) in try await http.send(call) }) else {
        Issue.record("it has an answer")
        return
      }
    }
  }

  @Test func tooMuchIsNoAnswer() async throws {
    let megabyte = String(repeating: "x", count: 1 << 20)
    try await with({ _, answer in
      answer.streamHead()
      for _ in 0...16 { answer.chunk(megabyte) }
      answer.lastChunk()
    }) { (http, _) async throws in
      guard
        case .garbled? = await failure({ () async throws(NodeFailure) in try await http.send(NodeHTTP.Call(path: "/")) }
        )
      else {
        Issue.record("it was taken")
        return
      }
    }
  }

  @Test func cutOffIsNoAnswer() async throws {
    try await with({ _, answer in
      answer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")
      answer.close()
    }) { (http, _) async throws in
      guard
        case .away? = await failure({ () async throws(NodeFailure) in try await http.send(NodeHTTP.Call(path: "/")) })
      else {
        Issue.record("half an answer was taken")
        return
      }
    }
  }

  @Test func keysAreNotSentOnElsewhere() async throws {
    try await with({ _, answer in answer.json("", status: 307, headers: "Location: /else\r\n") }) {
      (http, door) async throws in
      #expect(try await http.send(NodeHTTP.Call(path: "/")).status == 307)
      #expect(door.requests.count == 1)
    }
  }

  @Test func namesAndValuesAreEscaped() {
    #expect(QueryText.form([("a b", "ü&="), ("c", "~-._z")]) == "a%20b=%C3%BC%26%3D&c=~-._z")
  }
}
