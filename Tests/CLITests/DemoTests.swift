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

  @Test func onePaidInvoiceHonksOnce() async throws {
    let demo = try Program.coinslot("demo", "--network", "lightning", "--once", "--json")
    #expect(try await demo.wait(seconds: 120) == 0, "\(demo.errors)")
    let report = try JSONValue(parsing: try #require(demo.lines.last))
    #expect(report["simulation"]?.bool == true && report["honks"]?.int == 1)
    #expect(report["payment"]?["network"]?.string == "lightning:sim")
    #expect(report["payment"]?["standing"]?.string == "sold" && report["payment"]?["amount"]?.string == "21000")
    #expect(report["sale"]?["outcome"]?.string == "done")
    #expect(report["sale"]?["purchase"]?["function"]?.string == "honk")
    #expect(report["dispatch"]?["outcome"]?.string == "done" && report["dispatch"]?["attempts"]?.int == 1)
    let hops = try #require(report["hops"]?.object)
    #expect(hops.map(\.key) == ["asked_ms", "invoice_ms", "paid_ms", "honked_ms"])
    let times = hops.compactMap(\.value.int)
    #expect(times.count == 4 && times == times.sorted())
  }

  /// For people it says the same in words, and goes on in the folder that it is given.
  @Test func theLightningDemoGoesOnInItsFolder() async throws {
    try await withFolder { folder in
      for _ in 0..<2 {
        let demo = try Program.coinslot("demo", "--network", "lightning", "--once", "--data", "\(folder)/demo")
        #expect(try await demo.wait(seconds: 120) == 0, "\(demo.errors)")
        #expect(demo.output.contains("LOCAL SIMULATION") && demo.output.contains("the horn sounded, once"))
      }
      // A socket's path has room for about a hundred characters.
      let long = "\(folder)/\(String(repeating: "x", count: 120))"
      let demo = try Program.coinslot("demo", "--network", "lightning", "--once", "--data", long)
      #expect(try await demo.wait(seconds: 60) == 1)
      #expect(demo.errors.contains("the path of --data may be too long"), "\(demo.errors)")
    }
  }

  static let examples =
    (try? FileManager.default.contentsOfDirectory(atPath: examplesFolder))?.filter { $0.hasSuffix(".yaml") } ?? []
  static let examplesFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "examples").path()

  @Test func thereAreExamples() { #expect(Self.examples.count >= 2) }

  /// Each example is checked as it stands and runs with ports and a folder of its own.
  @Test(arguments: examples) func runs(_ example: String) async throws {
    let text = try String(contentsOfFile: "\(Self.examplesFolder)/\(example)", encoding: .utf8)
    try await withFolder { folder in
      // A copy, beside the key files that it names and nobody ships.
      let file = try Folder.write(text, to: "\(folder)/\(example)")
      try ExampleKeys.write(of: text, into: folder)
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
        environment: text.contains("callback:")
          ? ["COINSLOT_NETWORKS__NANO__CALLBACK__LISTEN": "127.0.0.1:\(callbackPort)"] : [:]
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
