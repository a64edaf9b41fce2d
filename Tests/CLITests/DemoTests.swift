import Foundation
import Primitives
import TestKit
import Testing

/// The demo and the examples, as a newcomer runs them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DemoTests {
  @Test func onePaymentClosesTheRelay() async throws {
    let demo = try Program.coinslot("demo", "--once", "--json")
    #expect(try await demo.wait(seconds: 120) == 0, "\(demo.errors)")
    let report = try JSONValue(parsing: try #require(demo.lines.last))
    #expect(report["simulation"]?.bool == true)
    #expect(report["payment"]?["standing"]?.string == "sold")
    #expect(report["dispatch"]?["state"]?.string == "accepted")
    #expect(report["acknowledgement"]?["type"]?.string == "dispatch.accepted")
    for hop in ["paid", "payment_confirmed", "sale_created", "dispatch_sent", "dispatch_accepted", "relay_closed"] {
      #expect(report["hops"]?["\(hop)_ms"] != nil, "\(hop)")
    }
  }

  static let examples =
    (try? FileManager.default.contentsOfDirectory(atPath: examplesFolder))?.filter { $0.hasSuffix(".yaml") } ?? []
  static let examplesFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "examples").path()

  @Test func thereAreExamples() { #expect(Self.examples.count >= 2) }

  /// Each example is checked as it stands and runs with ports and a folder of its own.
  @Test(arguments: examples) func runs(_ example: String) async throws {
    let file = "\(Self.examplesFolder)/\(example)"
    try await withFolder { folder in
      let check = try Program.coinslot("config", "check", file)
      #expect(try await check.wait() == 0, "\(check.output)\(check.errors)")
      let port = try freePort(), callbackPort = try freePort()
      let server = try Program.coinslot(
        "serve",
        "--config",
        file,
        "--listen",
        "127.0.0.1:\(port)",
        "--data",
        "\(folder)/data",
        "--log-level",
        "debug",
        environment: ["COINSLOT_NETWORKS__NANO__CALLBACK__LISTEN": "127.0.0.1:\(callbackPort)"]
      )
      try await server.waitFor("coinslot serves", seconds: 60)
      let page = try Program("/usr/bin/curl", ["-s", "-f", "http://127.0.0.1:\(port)/"])
      #expect(try await page.wait() == 0)
      #expect(page.output.contains("<h1"))
      server.kill(SIGTERM)
      #expect(try await server.wait() == 0)
    }
  }
}
