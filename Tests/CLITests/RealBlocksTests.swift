import Foundation
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// Blocks of the live network, as published, on their way through the real server.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RealBlocksTests {
  /// Old clients as they are in the field.
  static let clients = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Clients/old_clients.py").path()
  static let python = ProcessInfo.processInfo.environment["COINSLOT_PYTHON"]

  /// A published send that the network confirmed, with the callback a node would post for it.
  static func published(_ hash: String) throws -> (block: JSONValue, amount: String, body: [UInt8]) {
    let file = try #require(try Vectors.json("nano.json"))
    let blocks = file["blocks_public"]?["blocks"]?.array ?? []
    let record = try #require(blocks.first { $0["hash"]?.string == hash })
    let block = try #require(record["block"]), amount = try #require(record["published_amount"]?.string)
    let body = JSONValue.object([
      .init("account", block["account"] ?? .null), .init("hash", .string(hash)),
      .init("block", .string(block.text(style: .pretty) + "\n")), .init("amount", .string(amount)),
      .init("is_send", "true"), .init("subtype", "send"),
    ])
    return (block, amount, body.bytes(style: .pretty))
  }

  static let sends = [
    "87434F8041869A01C8F6F263B87972D7BA443A72E0A97D7A3FD0CCC2358FD6F9",
    "82D68AE43E3E04CBBF9ED150999A347C2ABBE74B38D6E506C18DF7B1994E06C2",
  ]

  @Test(.enabled(if: python != nil, "COINSLOT_PYTHON names a Python with websockets and websocket-client"))
  func oldClientsGetEachPaymentOnce() async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder)
      let first = try Self.published(Self.sends[0]), second = try Self.published(Self.sends[1])
      let address = try #require(first.block["link_as_account"]?.string)
      let nano = NanoAddress.encode(try NanoAddress.decode(address))
      try server.configure(
        rpc: "http://127.0.0.1:1",
        webSocket: nil,
        devices: ["relay"],
        slots: KillTests.slots([ToyKey(seed: ToyKey.seed("other"), index: 0).address])
      )
      let program = try await server.start()
      let clients = try Program(
        try #require(Self.python),
        [Self.clients, "ws://127.0.0.1:\(server.callbackPort)/call", nano, "xrb_" + nano.dropFirst(5), "4"]
      )
      try await clients.waitFor("ready")
      // As an operator would try it.
      let bodyFile = "\(folder)/callback.json"
      try Data(first.body).write(to: URL(filePath: bodyFile))
      for _ in 0..<2 {
        let curl = try Program(
          "/usr/bin/curl",
          [
            "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json", "--data-binary",
            "@\(bodyFile)", server.callbackURL,
          ]
        )
        try await curl.wait()
        #expect(curl.output.contains("200"))
      }
      #expect(try await server.post(second.body).status == 200)
      try await clients.wait()
      let got = try JSONValue(parsing: try #require(clients.lines.last))
      #expect(got.object?.count == 4)
      for client in got.object ?? [] {
        let frames = (client.value.array ?? []).compactMap(\.string)
        let hashes = frames.compactMap { try? JSONValue(parsing: $0)["hash"]?.string }
        #expect(hashes == Self.sends, "\(client.key)")
        #expect(frames.count == 2, "\(client.key) got \(frames)")
      }
      print("old clients: 4 clients, 3 callbacks of 2 live blocks posted, each client got \(Self.sends.count) frames")
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  /// A node that learned of the blocks while it was away from us: watched first, then restarted with them.
  @Test func aPublishedBlockPaysForASlot() async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder)
      let rpcPort = try freePort(), webSocketPort = try freePort()
      let blocks = "\(folder)/blocks.json"
      let file = try #require(try Vectors.json("nano.json"))
      try Data(try #require(file["blocks_public"]).bytes(style: .pretty)).write(to: URL(filePath: blocks))
      let real = try Self.published(Self.sends[1])
      let address = try #require(real.block["link_as_account"]?.string)
      let slots = """
          - id: real
            title: Real
            pay: { nano: \(address) }
            price: { steps: [ { at: "30000 XNO", gives: 1s }, { at: "90000 XNO", gives: 2s } ] }
            does: { device: relay, channel: 0 }
        """
      try server.configure(
        rpc: "http://127.0.0.1:\(rpcPort)",
        webSocket: "ws://127.0.0.1:\(webSocketPort)",
        devices: ["relay"],
        slots: slots
      )
      var node = try startNode(rpcPort, webSocketPort)
      let program = try await server.start()
      let device = try server.startDevice("relay")
      #expect(
        try await eventually(within: 30) {
          try await server.get("/v1/slots/real")["pay"]?.array?.first?["state"]?["word"]?.string == "ready"
        }
      )
      node.kill(SIGTERM)
      try await node.wait()
      node = try startNode(rpcPort, webSocketPort, "--preload", blocks)
      let isRecorded = try await eventually(within: 60) {
        try await server.all("/v1/payments").contains { $0["transaction"]?.string == Self.sends[1] }
      }
      #expect(isRecorded)
      let payments = try await server.all("/v1/payments")
      let payment = try #require(payments.first { $0["transaction"]?.string == Self.sends[1] })
      #expect(payment["amount"]?.string == real.amount)
      #expect(payment["standing"]?.string == "sold")
      let isDone = try await eventually(within: 30) {
        let sales = try await server.all("/v1/sales")
        return sales.first { $0["id"]?.string == payment["sale"]?.string }?["outcome"]?.string == "done"
      }
      #expect(isDone)
      print("real blocks: preloaded into the toy node, \(Self.sends[1].prefix(8)) paid \(real.amount) raw and is done")
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      try await program.wait()
      node.kill(SIGTERM)
      try await node.wait()
    }
  }

  private func startNode(_ rpcPort: Int, _ webSocketPort: Int, _ arguments: String...) throws -> Program {
    try Program(
      Program.binary,
      [
        "sim", "nano", "--seed", "real blocks", "--rpc-port", "\(rpcPort)", "--websocket-port", "\(webSocketPort)",
        "--control-port", "0",
      ] + arguments
    )
  }
}
