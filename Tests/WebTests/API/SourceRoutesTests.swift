import Coinslot
import Primitives
import Synchronization
import Testing

@testable import Web

struct SourceRoutesTests {
  /// Nodes whose answers a test decides.
  private final class Nodes: Sendable {
    struct State {
      var kept = "OLD"
      var now = "NEW"
      var isAway = false
      var audits: [AuditLine] = []
    }
    let state = Mutex(State())

    var desk: SourceDesk {
      SourceDesk(
        obstacle: { _ in self.state.withLock { $0.kept == $0.now ? nil : "another node" } },
        look: { _ in try self.look() },
        accept: { _, audit in
          let now = try self.look().now
          self.state.withLock { state in
            state.kept = now
            state.audits.append(audit)
          }
          return now
        }
      )
    }

    private func look() throws -> SourceDesk.Node {
      try state.withLock { state in
        if state.isAway { throw VerificationFailure.unavailable("it is away") }
        return SourceDesk.Node(kept: state.kept, now: state.now, isSame: state.kept == state.now)
      }
    }
  }

  private func with(_ nodes: Nodes, _ test: @escaping @Sendable (TestServer) async throws -> Void) async throws {
    let world = World()
    var context = world.context()
    context.sources = nodes.desk
    try await TestServer.with(world, context: context, test)
  }

  @Test func anotherNodeIsAcceptedOnceAndWrittenDown() async throws {
    let nodes = Nodes()
    try await with(nodes) { server async throws in
      let listed = try await server.api("GET", "/v1/sources").json["data"]?[0]
      #expect(listed?["status"]?.string == "degraded" && listed?["reason"]?.string == "another node")
      let path = "/v1/sources/nano:sim/accept", key = ["Idempotency-Key": "k"]
      let dry = try await server.api("POST", "\(path)?dry_run=true")
      #expect(dry.json["would"]?.string == "accept" && dry.json["node"]?.string == "NEW")
      #expect(dry.json["node_before"]?.string == "OLD" && nodes.state.withLock { $0.kept } == "OLD")
      for _ in 0..<2 {
        let reply = try await server.api("POST", path, headers: key)
        #expect(reply.status == 200 && reply.json["node"]?.string == "NEW")
        #expect(reply.json["source"]?["status"]?.string == "ok")
      }
      let audits = nodes.state.withLock { $0.audits }
      #expect(audits.count == 1 && audits.first?.actor == "operator" && audits.first?.action == "source.accepted")
      #expect(audits.first?.subject == "nano:sim" && audits.first?.note == "before: OLD")
      for spelling in [path, "/v1/sources/nano%3Asim/accept", "/v1/sources/nano%3asim/accept"] {
        #expect(try await server.api("POST", "\(spelling)?dry_run=true").json["would"]?.string == "change nothing")
      }
    }
  }

  @Test func aNodeThatIsAwayIsNotAccepted() async throws {
    let nodes = Nodes()
    nodes.state.withLock { $0.isAway = true }
    try await with(nodes) { server async throws in
      for query in ["", "?dry_run=true"] {
        let reply = try await server.api("POST", "/v1/sources/nano:sim/accept\(query)")
        #expect(reply.status == 503 && reply.code == "node_unavailable")
      }
      #expect(nodes.state.withLock { $0.audits }.isEmpty)
    }
  }

  @Test(arguments: [
    ("nano:live", "", 404), ("nano", "", 404), ("nano%3", "", 400),
    ("nano%3Alive", "", 404), ("nano:sim", "{\"x\":1}", 422), ("nano:sim", "{", 400),
  ])
  func badRequestsAreRefused(_ chain: String, _ body: String, _ status: Int) async throws {
    let nodes = Nodes()
    try await with(nodes) { server async throws in
      let json: String? = body.isEmpty ? nil : body
      #expect(try await server.api("POST", "/v1/sources/\(chain)/accept", json: json).status == status)
      #expect(try await server.ask("POST", "/v1/sources/nano:sim/accept").status == 401)
      #expect(nodes.state.withLock { $0.audits }.isEmpty)
    }
  }
}
