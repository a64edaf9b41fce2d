import Foundation
import Primitives
import Simulators
import TestKit
import Testing

/// A wallet library of somebody else's, through the real server, to a horn that counts.
@Suite(
  .serialized,
  .timeLimit(.minutes(5)),
  .enabled(if: RealBlocksTests.python != nil, "COINSLOT_PYTHON names a Python with the package lnurl")
)
struct LNURLWalletTests {
  static let wallet = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Clients/lnurl_wallet.py").path()

  /// The last line that the wallet prints.
  private func run(_ arguments: String...) async throws -> String {
    let program = try Program(try #require(RealBlocksTests.python), [Self.wallet] + arguments)
    let code = try await program.wait(seconds: 60)
    try #require(code == 0, "\(program.output)\(program.errors)")
    return try #require(program.output.split(separator: "\n").last.map(String.init))
  }

  @Test func everyLinkOfAWalletHonksOnce() async throws {
    try await CarTown.with { town in
      let program = try await town.server.start()
      #expect(try await town.isOpen())
      let url = town.server.url
      let links = [
        // Bech32 of the library's own making, a scheme of its own, and the path behind an address.
        try await run("encode", "\(url)/lnurlp/car"), "lnurlp://127.0.0.1:\(town.server.publicPort)/lnurlp/car.honk",
        url + (try await run("address", "car")),
      ]
      let text = try await run("ask", "21000", "hello from a wallet", links[0], links[1], links[2])
      let answers = try #require(try JSONValue(parsing: text).array)
      try #require(answers.count == links.count)
      var honks = 0
      for (answer, link) in zip(answers, links) {
        let invoice = try #require(answer["invoice"]?.string, "\(link): \(answer.text())")
        #expect(answer["msat"]?.uint64 == 21_000)
        #expect(answer["metadata_hash"]?.string != nil)
        #expect(answer["invoice_description_hash"]?.string == answer["metadata_hash"]?.string, "\(link)")
        #expect(answer["disposable"]?.bool == false)
        let verify = try #require(answer["verify"]?.string)
        #expect(try JSONValue(parsing: await run("verify", verify))["settled"]?.bool == false)
        let receipt = try await town.node.pay(invoice)
        #expect(receipt.paymentHash.hex() == answer["payment_hash"]?.string)
        honks += 1
        let wanted = honks
        #expect(try await eventually(within: 30) { try await town.count("honk_horn") >= wanted }, "\(link)")
        let proof = try JSONValue(parsing: await run("verify", verify))
        #expect(proof["settled"]?.bool == true && proof["preimage"]?.string == receipt.preimage?.hex())
        // What was paid cannot be paid again.
        await #expect(throws: (any Error).self) { () async throws -> Void in try await town.node.pay(invoice) }
      }
      #expect(
        try await eventually(within: 30) {
          let sales = try await town.server.all("/v1/sales")
          return sales.count == 3 && sales.allSatisfy { $0["outcome"]?.string == "done" }
        }
      )
      #expect(try await town.count("honk_horn") == links.count)
      #expect(try await town.car.asked["honk_horn"] == links.count)
      let titles = Set(answers.compactMap { $0["title"]?.string })
      #expect(titles == ["The car", "The car: honk"])
      print("lnurl: \(links.count) kinds of links asked by lnurl 2.0.2, \(links.count) invoices paid, \(honks) honks")
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
    }
  }

  /// Nothing that buys nothing gets an invoice, and the library reads why.
  @Test func refusesInWordsThatAWalletShows() async throws {
    try await CarTown.with { town in
      let program = try await town.server.start()
      #expect(try await town.isOpen())
      let link = "\(town.server.url)/lnurlp"
      func refusal(_ msat: String, _ name: String, comment: String = "") async throws -> String? {
        try JSONValue(parsing: await run("ask", msat, comment, "\(link)/\(name)"))[0]?["refused"]?.string
      }
      #expect(try await refusal("21000", "bicycle") == "Unknown address")
      #expect(try await refusal("20999", "car")?.contains("not in range") == true)
      #expect(try await refusal("42000", "car.honk")?.contains("not in range") == true)
      let long = String(repeating: "x", count: 256)
      #expect(try await refusal("21000", "car", comment: long)?.contains("exceeds allowed length") == true)
      let closing = try Program.coinslot(
        "slot",
        "close",
        "car",
        "--words",
        "in the wash",
        "--config",
        town.server.configFile
      )
      #expect(try await closing.wait() == 0, "\(closing.errors)")
      #expect(try await refusal("21000", "car") == "Closed: in the wash")
      #expect(try await town.server.all("/v1/sales").isEmpty)
      #expect(try await town.car.asked.isEmpty)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
    }
  }
}
