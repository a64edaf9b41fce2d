import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives
import Simulators
import TestKit
import Testing

/// `coinslot sim lightning` as a process of its own, steered as its help says.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SimLightningTests {
  private struct Sim {
    let program: Program
    let told: JSONValue

    var control: String { told["control"]?.string ?? "" }

    static func start(_ arguments: String...) async throws -> Sim {
      let usual = ["sim", "lightning", "--lnd-port", "0", "--control-port", "0"]
      let program = try Program(Program.binary, usual + arguments)
      try await program.waitFor("\"control\"")
      return Sim(program: program, told: try JSONValue(parsing: try #require(program.lines.first)))
    }

    /// Ends it in order; a folder of its own is gone then.
    func end() async throws {
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
    }

    /// Asks the control address; a body is posted.
    func ask(_ path: String, _ body: JSONValue? = nil) async throws -> (status: Int, answer: JSONValue) {
      var request = HTTPClientRequest(url: control + path)
      if let body {
        request.method = .POST
        request.body = .bytes(Array(body.text().utf8))
      }
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
      let bytes = Array(buffer: try await response.body.collect(upTo: 1 << 20))
      return (Int(response.status.code), try JSONValue(parsing: bytes))
    }
  }

  @Test func helpNamesEveryFault() async throws {
    let help = try await Command().run("sim", "lightning", "--help")
    #expect(help.code == 0 && help.output.contains("/control/pay"))
    let faults = LightningFaults().json.object ?? []
    #expect(faults.count > 10)
    for fault in faults { #expect(help.output.contains(fault.key), "\(fault.key)") }
  }

  @Test func isPaidAndSteeredFromOutside() async throws {
    let sim = try await Sim.start("--without-lnd", "--network", "signet", "--fault", "overpay_percent=50")
    #expect(sim.told["lnd"] == .null && sim.told["network"]?.string == "signet")
    #expect(FileManager.default.fileExists(atPath: try #require(sim.told["socket"]?.string)))
    let made = try await sim.ask("/foreign", ["label": "tea", "msat": 2_000, "description": "Tea"])
    let invoice = try #require(made.answer["invoice"]?.string)
    #expect(invoice.hasPrefix("lntbs20n1"))
    let paid = try await sim.ask("/pay", ["invoice": .string(invoice)])
    #expect(paid.status == 200 && paid.answer["state"]?.string == "paid" && paid.answer["msat"]?.uint64 == 3_000)
    #expect(try await sim.ask("/pay", ["invoice": .string(invoice)]).status == 409)
    #expect(try await sim.ask("/pay", ["invoice": "lnbcrt1none"]).status == 409)
    #expect(try await sim.ask("/faults", ["nonsense": true]).status == 400)
    #expect(try await sim.ask("/faults", ["silent": true]).answer["silent"]?.bool == true)
    #expect(try await sim.ask("").answer["paid"]?.int == 1)
    try await sim.end()
    #expect(!FileManager.default.fileExists(atPath: try #require(sim.told["macaroon"]?.string)))
  }

  @Test func goesOnInItsFolder() async throws {
    try await withFolder { folder in
      let first = try await Sim.start("--without-lnd", "--folder", "\(folder)/node")
      _ = try await first.ask("/keysend", ["msat": 5_000])
      try await first.end()
      let second = try await Sim.start("--without-lnd", "--folder", "\(folder)/node")
      #expect(second.told["node"] != nil && second.told["node"] == first.told["node"])
      #expect(try await second.ask("").answer["paid"]?.int == 1)
      try await second.end()
      let other = try await Sim.start("--without-lnd")
      #expect(other.told["node"] != first.told["node"])
      #expect(try await other.ask("").answer["paid"]?.int == 0)
      try await other.end()
    }
  }

  @Test(arguments: [
    (["--fault", "nonsense=1"], "no fault called \"nonsense\""), (["--fault", "silent=3"], "does not take that value"),
    (["--fault", "silent"], "such as silent=true"), (["--control-port", "65536"], "0 to 65535"),
    (["--without-lnd", "--network", "dogecoin"], "there is no network dogecoin"),
  ])
  func wrongUsage(_ arguments: [String], _ words: String) async throws {
    let result = try await Command().run(all: ["sim", "lightning"] + arguments)
    #expect(result.code == 2 && result.error.contains(words) && result.output.isEmpty, "\(result)")
  }

  /// Two at one port: the second says so and leaves nothing behind.
  @Test func aTakenPortIsToldOf() async throws {
    let first = try await Sim.start("--without-lnd")
    let port = try #require(URL(string: first.control)?.port)
    let result = try await Command().run("sim", "lightning", "--without-lnd", "--control-port", "\(port)")
    #expect(result.code == 1 && result.error.contains("is a port taken?"), "\(result)")
    try await first.end()
  }
}
