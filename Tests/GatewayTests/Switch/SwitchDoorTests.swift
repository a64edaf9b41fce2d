import Coinslot
import Gateway
import NIOCore
import Sockets
import Synchronization
import TestKit
import Testing

/// Who may enter by `/api/v1/ws/`, and what is heard of what they say.
@Suite struct SwitchDoorTests {
  @Test func eachSecretIsItsBoards() async throws {
    try await SwitchRig.with { rig in
      let gate = try await FirmwareBoard.connect(rig, secret: SwitchRig.gateSecret)
      #expect(gate.client.status == 101)
      #expect(!gate.client.text.lowercased().contains("sec-websocket-protocol"))
      #expect(await rig.gate.obstacle() == nil)
      #expect(await rig.candy.obstacle() == "not connected")
      let candy = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(), on: rig.gate).ends(.sent))
      #expect(try await eventually { gate.runs.map(\.text) == ["25-2000"] })
      #expect(candy.client.messages.isEmpty)
      for board in [gate, candy] { await board.end() }
    }
  }

  static let wrongPaths = [
    "/api/v1/ws/", "/api/v1/ws", "/api/v1/ws/9f86d081884c7d659a2feb", "/api/v1/ws/9f86d081884c7d659a2fe",
    "/api/v1/ws/9f86d081884c7d659a2fea0", "/api/v1/ws/9F86D081884C7D659A2FEA", "/api/v1/ws/9f86d081884c7d659a2fea/",
    "/api/v1/ws//9f86d081884c7d659a2fea", "/API/v1/ws/9f86d081884c7d659a2fea", "/9f86d081884c7d659a2fea",
    "/api/v1/ws/ab0CdEfGhIjKlMnOpQrStU", "/api/v1/ws/%39f86d081884c7d659a2fea",
    "/api/v1/ws/0000000000000000000000",
  ]

  /// Without a board's secret there is nothing here, whoever asks.
  @Test(arguments: wrongPaths, ["", "Origin: http://evil.example\r\n"]) func wrongSecrets(
    _ path: String,
    _ headers: String
  ) async throws {
    try await SwitchRig.with { rig in
      let stranger = try await RawClient.webSocket(port: rig.port, path: path, headers: headers)
      #expect(stranger.status == 404 && stranger.text.hasSuffix("nothing"))
      #expect(await rig.candy.obstacle() == "not connected")
      #expect(rig.counters.snapshot == GatewayCounters().snapshot)
      await stranger.close()
    }
  }

  /// No plain request makes a board do anything, not even with its secret.
  @Test func isNoRelay() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      let path = "/api/v1/ws/\(SwitchRig.candySecret)"
      for line in ["GET \(path)/12-2000", "POST \(path)/12-2000"] {
        #expect(try await request(port: rig.port, line).status == 404, "\(line)")
      }
      let post = try await request(port: rig.port, "POST \(path)", body: "12-2000")
      #expect(post.status == 405 && post.text.contains("Allow: GET"))
      #expect(try await request(port: rig.port, "GET \(path)?data=12-2000").status == 426)
      #expect(rig.counters.snapshot[.deviceRequestRefused] == 1)
      // The only text that ever comes is that of a deed.
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      #expect(board.client.messages == ["4-2000"])
      await board.end()
    }
  }

  @Test(
    arguments: [
      (nil, 101), ("file://", 101), ("http://127.0.0.1:PORT", 101), ("http://evil.example", 403), ("null", 403),
      ("http://evil.example:PORT", 403), ("https://shop.example", 403),
    ] as [(String?, Int)]
  ) func origins(_ origin: String?, _ status: Int) async throws {
    try await SwitchRig.with { rig in
      let origin = origin?.replacing("PORT", with: "\(rig.port)")
      let client = try await RawClient.webSocket(
        port: rig.port,
        path: "/api/v1/ws/\(SwitchRig.candySecret)",
        headers: origin.map { "Origin: \($0)\r\n" } ?? ""
      )
      #expect(client.status == status)
      #expect(rig.counters.snapshot[.foreignOrigin] == (status == 403 ? 1 : 0))
      await client.close()
    }
  }

  // MARK: - What boards say

  /// What a board says changes nothing, whatever it is and however often.
  @Test func textsAreIgnored() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      for text in ["Connected", "", "12-2000", "{\"status\":\"ok\"}", "[", String(repeating: "x", count: 4_096)] {
        board.client.sendFrame(text)
      }
      for number in 0..<500 { board.client.sendFrame("\(number)") }
      #expect(await rig.candy.obstacle() == nil)
      #expect(board.client.messages.isEmpty && board.client.closing == nil)
      await board.end()
    }
  }

  @Test func tooLongIsClosed() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      board.client.sendFrame(String(repeating: "x", count: 4_097))
      #expect(try await board.client.waits(forClose: 1009))
      #expect(await rig.candy.obstacle() == "not connected")
      let other = try await FirmwareBoard.connect(rig)
      other.client.send(Array(buffer: WebSocketFrames.binary(ByteBuffer(bytes: [1]), mask: 1)))
      #expect(try await other.client.waits(forClose: 1003))
      for board in [board, other] { await board.end() }
    }
  }

  /// Coming is told with the greeting, going at once; an old connection's end is no news.
  @Test(arguments: ["Connected", "{\"status\":\"connected\"}"]) func newsIsTold(_ greeting: String) async throws {
    try await SwitchRig.with { rig in
      let told = Mutex<[DeviceID]>([])
      let running = Task { [door = rig.door] in await door.run { device in told.withLock { $0.append(device) } } }
      let first = try await FirmwareBoard.connect(rig, greeting: greeting)
      #expect(try await eventually { told.withLock { $0 } == [.candy] })
      // No greeting, and so no news; the same greeting again is none either.
      let gate = try await FirmwareBoard.connect(rig, secret: SwitchRig.gateSecret, greeting: "hello")
      first.client.sendFrame(greeting)
      let second = try await FirmwareBoard.connect(rig, greeting: greeting)
      #expect(try await eventually { told.withLock { $0 } == [.candy, .candy] })
      #expect(try await first.client.waits(forClose: 1008))
      await first.end()
      await gate.end()
      #expect(try await eventually { told.withLock { $0 } == [.candy, .candy, .gate] })
      await second.end()
      #expect(try await eventually { told.withLock { $0 } == [.candy, .candy, .gate, .candy] })
      running.cancel()
      await running.value
    }
  }
}
