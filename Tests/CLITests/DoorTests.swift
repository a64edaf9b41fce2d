import Foundation
import Primitives
import TestKit
import Testing

/// Whom the public port of a running server lets in: over TLS, with the token of the metrics, within one client's limits.
@Suite("Door", .serialized, .timeLimit(.minutes(5))) struct DoorTests {
  /// A server with this configuration, for the time of one test; it must end well.
  private func withServer(
    isSecure: Bool = false,
    server lines: String = "",
    more: String = "",
    _ test: (RunningServer) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder, isSecure: isSecure)
      try Folder.write(Self.metricsToken + "\n", to: "\(folder)/metrics.token")
      try server.configure(server: lines.replacing("FOLDER", with: folder), more: more)
      let program = try await server.start()
      try await test(server)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
    }
  }

  @Test func whoTrustsTheCertificateIsServed() async throws {
    try await withServer(isSecure: true, more: "devices: [{ id: relay, title: Relay }]") { server in
      #expect(try await server.get("/v1/devices")["data"]?.array?.first?["id"]?.string == "relay")
      let trust = ["--cacert", try #require(server.certificate)]
      let live = try await Curl.get("\(server.url)/livez", trust)
      #expect(live.status == 200 && live.body == "ok\n", "\(live)")
    }
  }

  @Test func whoDoesNotTrustTheCertificateSaysNothing() async throws {
    try await withServer(isSecure: true) { server in
      // By the system's own trust, and by another certificate.
      let other = try Folder.write(Certificates.second, to: "\(server.folder)/other.pem")
      for trust in [[], ["--cacert", other]] {
        let answer = try await Curl.get("\(server.url)/livez", trust)
        #expect(answer.code == 60 && answer.status == 0 && answer.body.isEmpty, "\(trust) \(answer)")
      }
      let plain = try await Curl.get("http://127.0.0.1:\(server.publicPort)/livez")
      #expect(plain.status == 0 && plain.body.isEmpty, "\(plain)")
    }
  }

  private static let metricsToken = "metrics-token-of-a-test"
  /// A server that others may reach by this address asks everybody for a token, this machine too.
  private static let reachable = """
      public_url: https://pay.example.org
      metrics_token_file: FOLDER/metrics.token
    """

  private func metrics(_ server: RunningServer, _ token: String?, path: String = "/metrics") async throws -> Curl.Answer
  {
    try await Curl.get(server.url + path, token.map { ["-H", "Authorization: Bearer \($0)"] } ?? [])
  }

  @Test func theTokenOfTheMetricsReadsThem() async throws {
    try await withServer(server: Self.reachable) { server in
      for token in [Self.metricsToken, try server.adminToken] {
        let answer = try await metrics(server, token)
        #expect(answer.status == 200 && answer.body.contains("# TYPE coinslot_"), "\(answer)")
        // The start committed something, and each commit is measured.
        #expect(answer.body.contains("coinslot_db_commit_seconds_count "))
        #expect(!answer.body.contains("coinslot_db_commit_seconds_count 0\n"))
      }
    }
  }

  @Test func withoutTheTokenOfTheMetricsNothingIsRead() async throws {
    try await withServer(server: Self.reachable) { server in
      for token in [nil, "metrics-token-of-a-tesT", "\(Self.metricsToken)x"] {
        let answer = try await metrics(server, token)
        #expect(answer.status == 401 && !answer.body.contains("coinslot_"), "\(token ?? "none") \(answer)")
      }
      // It opens nothing else.
      #expect(try await metrics(server, Self.metricsToken, path: "/v1/devices").status == 401)
    }
  }

  /// Where nobody else can reach us this machine needs no token, and a wrong one is wrong all the same.
  @Test func thisMachineNeedsNoTokenForTheMetrics() async throws {
    try await withServer(server: "  metrics_token_file: FOLDER/metrics.token") { server async throws in
      #expect(try await metrics(server, nil).status == 200)
      #expect(try await metrics(server, "metrics-token-of-a-tesT").status == 401)
    }
  }

  @Test func aClientOverItsLimitIsRefusedAndAnotherServed() async throws {
    try await withServer(more: "limits: { per_client: { connections: 2 } }") { server in
      @Sendable func call(_ address: String) async throws -> Caller {
        let caller = try await Caller.open(to: server.publicPort, from: address)
        caller.ask("/livez")
        return caller
      }
      @Sendable func isServed(_ caller: Caller) async throws -> Bool {
        try await eventually { caller.heard.contains("HTTP/1.1 200 ") || !caller.isOpen }
          && caller.heard.contains("HTTP/1.1 200 ")
      }
      let first = try await call("127.0.0.1"), second = try await call("127.0.0.1")
      for caller in [first, second] { #expect(try await isServed(caller)) }
      for _ in 0..<3 {
        let third = try await call("127.0.0.1")
        #expect(try await eventually { !third.isOpen })
        #expect(third.heard.isEmpty)
      }
      let other = try await call("127.0.0.2")
      #expect(try await isServed(other))
      // Nobody who was served lost by it, and what is given back counts no more.
      #expect(first.isOpen && second.isOpen)
      await first.close()
      #expect(
        try await eventually {
          let again = try await call("127.0.0.1")
          let served = try await isServed(again)
          await again.close()
          return served
        }
      )
      for caller in [second, other] { await caller.close() }
    }
  }
}
