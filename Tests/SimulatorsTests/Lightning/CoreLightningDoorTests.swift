import Cryptography
import Foundation
import Lightning
import Primitives
import TestKit
import Testing

@testable import Simulators

/// The toy node's socket beyond what was recorded: its faults, its waiters, its end.
@Suite struct CoreLightningDoorTests {
  private static func request(_ method: String, _ params: String = "{}", id: String = "t") -> String {
    "{\"jsonrpc\":\"2.0\",\"id\":\"\(id)\",\"method\":\"\(method)\",\"params\":\(params)}"
  }

  @Test func invoicesAreRealTexts() async throws {
    try await runningLightning { simulator async throws -> Void in
      let answer = try await simulator.core(
        "invoice",
        "{\"amount_msat\":21000,\"label\":\"a\",\"description\":\"[[\\\"text/plain\\\",\\\"Honk\\\"]]\",\"deschashonly\":true}"
      )
      let invoice = try Bolt11Invoice(#require(answer["result"]?["bolt11"]?.string))
      #expect(invoice.msat == 21_000)
      #expect(invoice.payee.hex == simulator.nodeID)
      #expect(invoice.paymentHash.hex() == answer["result"]?["payment_hash"]?.string)
      #expect(invoice.description == .hash(SHA256.hash(Array("[[\"text/plain\",\"Honk\"]]".utf8))))
      #expect(invoice.expiresAtS == answer["result"]?["expires_at"]?.uint64)
      let receipt = try await simulator.pay(invoice.text)
      #expect(SHA256.hash(try #require(receipt.preimage).bytes) == invoice.paymentHash)
      // The same text with another amount is none of the node's.
      await #expect(throws: ToyPaymentRefusal.self) { try await simulator.pay(invoice.text + "q") }
    }
  }

  @Test func offersAreRealTexts() async throws {
    try await runningLightning { simulator async throws -> Void in
      let answer = try await simulator.core("offer", "{\"amount\":21000,\"description\":\"Horn\"}")
      let text = try #require(answer["result"]?["bolt12"]?.string)
      let characters = Array(text.dropFirst("lno1".count).utf8)
      let words = try Bech32.words(characters.span, 0..<characters.count)
      let bytes = try FiveBitWords.bytes(of: words.span)
      // Chain, metadata, amount, description, issuer's key.
      #expect(bytes.prefix(2) == [2, 32])
      #expect(bytes.suffix(35) == [22, 33] + (try Hex.decode(simulator.nodeID)))
      #expect(bytes.firstRange(of: [8, 2, 0x52, 0x08, 10, 4] + Array("Horn".utf8)) != nil)
    }
  }

  @Test func aCutReplyEndsTheConnection() async throws {
    try await runningLightning { simulator async throws -> Void in
      try await simulator.change { $0.halfReplies = true }
      let socket = try await UnixSocket.connect(simulator.socketPath)
      try await socket.send(Self.request("getinfo"))
      var bytes: [UInt8] = []
      while let more = try await socket.receive(), !more.isEmpty { bytes += more }
      #expect(bytes.count > 100)
      #expect((try? JSONValue(parsing: bytes)) == nil)
      try await simulator.change { $0.halfReplies = false }
      #expect(try await simulator.core("getinfo")["result"]?["id"]?.string == simulator.nodeID)
    }
  }

  @Test func aSplitReplyIsTheSame() async throws {
    try await runningLightning { simulator async throws -> Void in
      _ = try await simulator.core("invoice", "{\"amount_msat\":1,\"label\":\"ü\",\"description\":\"Lichthupe für ⚡\"}")
      let whole = try await simulator.core("listinvoices")
      try await simulator.change { $0.splitBytes = 1 }
      #expect(try await simulator.core("listinvoices") == whole)
    }
  }

  @Test func answersOvertakeEachOther() async throws {
    try await runningLightning { simulator async throws -> Void in
      let socket = try await UnixSocket.connect(simulator.socketPath)
      let both = Self.request("getinfo", id: "a") + Self.request("listinvoices", id: "b")
      try await socket.send(both)
      let usual = try await socket.answers(2).map { try JSONValue(parsing: $0)["id"]?.string }
      #expect(usual == ["a", "b"])
      try await simulator.change { $0.outOfOrder = true }
      try await socket.send(both)
      let turned = try await socket.answers(2).map { try JSONValue(parsing: $0)["id"]?.string }
      #expect(turned == ["b", "a"])
    }
  }

  @Test func amountsAsTextsAndUnknownMembers() async throws {
    try await runningLightning { simulator async throws -> Void in
      _ = try await simulator.pay(try await simulator.coreInvoice("a"))
      try await simulator.change { $0.msatTexts = true }
      let old = try await simulator.core("listinvoices")["result"]?["invoices"]?[0]
      #expect(old?["amount_msat"]?.string == "21000msat")
      #expect(old?["amount_received_msat"]?.string == "21000msat")
      #expect(old?["pay_index"]?.int == 1)
      try await simulator.change {
        $0.msatTexts = false
        $0.unknownFields = true
      }
      let new = try await simulator.core("listinvoices")["result"]?["invoices"]?[0]
      #expect(new?["amount_msat"]?.int == 21_000)
      #expect(new?["toy_new_thing"] != nil && new?["toy_newer_thing"]?.isNull == true)
    }
  }

  @Test func silentCarriesOut() async throws {
    try await runningLightning { simulator async throws -> Void in
      try await simulator.change { $0.silent = true }
      let socket = try await UnixSocket.connect(simulator.socketPath)
      try await socket.send(Self.request("invoice", "{\"amount_msat\":1,\"label\":\"a\",\"description\":\"\"}"))
      #expect(try await socket.receive(withinMS: 150) == nil)
      try await simulator.change { $0.silent = false }
      let again = try await simulator.core("invoice", "{\"amount_msat\":1,\"label\":\"a\",\"description\":\"\"}")
      #expect(again["error"]?["code"]?.int == 900)
    }
  }

  @Test func lateAnswersAreLate() async throws {
    try await runningLightning { simulator async throws -> Void in
      try await simulator.change { $0.lateMS = 300 }
      let socket = try await UnixSocket.connect(simulator.socketPath)
      try await socket.send(Self.request("getinfo"))
      #expect(try await socket.receive(withinMS: 100) == nil)
      #expect(try await socket.answers().count == 1)
    }
  }

  @Test func garbageIsNoJSON() async throws {
    try await runningLightning { simulator async throws -> Void in
      try await simulator.change { $0.garbage = true }
      let socket = try await UnixSocket.connect(simulator.socketPath)
      try await socket.send(Self.request("getinfo"))
      let answer = try #require(await socket.answers().first)
      #expect((try? JSONValue(parsing: answer)) == nil)
    }
  }

  @Test func waitersOutliveTheirConnections() async throws {
    try await runningLightning { simulator async throws -> Void in
      for number in 1...3 {
        let socket = try await UnixSocket.connect(simulator.socketPath)
        try await socket.send(Self.request("waitanyinvoice"))
        #expect(try await eventually { try await simulator.counts.waiters == number })
        socket.close()
      }
      let timed = try await UnixSocket.connect(simulator.socketPath)
      try await timed.send(Self.request("waitanyinvoice", "{\"timeout\":1}"))
      timed.close()
      #expect(try await eventually { try await simulator.counts.waiters == 4 })
      #expect(try await eventually { try await simulator.counts.waiters == 3 })
      _ = try await simulator.pay(try await simulator.coreInvoice("a"))
      #expect(try await simulator.counts.waiters == 0)
    }
  }

  @Test func aRestartKeepsTheBooksAndEndsTheWaits() async throws {
    try await runningLightning { simulator async throws -> Void in
      _ = try await simulator.pay(try await simulator.coreInvoice("a"))
      let socket = try await UnixSocket.connect(simulator.socketPath)
      try await socket.send(Self.request("waitanyinvoice", "{\"lastpay_index\":1}"))
      #expect(try await eventually { try await simulator.counts.waiters == 1 })
      try await simulator.restart(catchUpMS: 60_000)
      #expect(try await socket.receive() == [])
      #expect(try await simulator.core("waitanyinvoice", "{\"timeout\":0}")["result"]?["pay_index"]?.int == 1)
      let info = try await simulator.core("getinfo")["result"]
      #expect(info?["warning_lightningd_sync"] != nil && info?["blockheight"]?.int == 88)
    }
  }

  @Test func startedAgainInItsFolderItGoesOn() async throws {
    try await withFolder { folder in
      var hash = ""
      try await runningLightning {
        $0.folder = "\(folder)/node"
      } _: { simulator async throws -> Void in
        hash = try await simulator.pay(try await simulator.coreInvoice("a")).paymentHash.hex()
      }
      try await runningLightning {
        $0.folder = "\(folder)/node"
        $0.seed = 8
      } _: { simulator async throws -> Void in
        let known = try await simulator.core("listinvoices", "{\"payment_hash\":\"\(hash)\"}")
        #expect(known["result"]?["invoices"]?[0]?["pay_index"]?.int == 1)
        // The seed of the books counts, so it is the same node.
        _ = try await simulator.pay(try await simulator.coreInvoice("b"))
        #expect(try await simulator.core("waitanyinvoice", "{\"lastpay_index\":1}")["result"]?["pay_index"]?.int == 2)
        let invoice = try Bolt11Invoice(try await simulator.coreInvoice("c"))
        #expect(invoice.payee.hex == simulator.nodeID)
      }
      // Another folder is another node.
      try await runningLightning {
        $0.folder = "\(folder)/other"
      } _: { simulator async throws -> Void in
        let invoices = try await simulator.core("listinvoices")["result"]?["invoices"]
        #expect(invoices == .array([]))
      }
    }
  }

  @Test func theSocketHasItsMode() async throws {
    try await runningLightning {
      $0.socketMode = 0o660
    } _: { simulator async throws -> Void in
      let facts = try FileManager.default.attributesOfItem(atPath: simulator.socketPath)
      #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o660)
    }
  }

  @Test(arguments: [("regtests", false), ("regtest", true), ("bitcoin", true), ("signet", true), ("testnet4", true)])
  func networks(_ name: String, _ isOne: Bool) async throws {
    var options = LightningSimulatorOptions()
    (options.network, options.lndPort, options.controlPort) = (name, nil, nil)
    if isOne {
      let simulator = try await LightningSimulator.start(options)
      #expect(try await simulator.core("getinfo")["result"]?["network"]?.string == name)
      await simulator.stop()
    } else {
      await #expect(throws: LightningSimulatorError.badNetwork(name)) { try await LightningSimulator.start(options) }
    }
  }

  @Test func overpaysByTheFault() async throws {
    try await runningLightning { simulator async throws -> Void in
      try await simulator.change { $0.overpayPercent = 100 }
      #expect(try await simulator.pay(try await simulator.coreInvoice("a")).msat == 42_000)
      await #expect(throws: ToyPaymentRefusal.self) {
        try await simulator.pay(try await simulator.coreInvoice("b"), msat: 42_001)
      }
    }
  }
}
