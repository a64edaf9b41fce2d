import Coinslot
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Server

/// A board with the bitcoinSwitch firmware at a whole server.
@Suite("bitcoinSwitch at the server")
struct SwitchServingTests {
  /// What was to be done while the board was away is told as soon as it has dialled in, and ends as sent.
  @Test(.timeLimit(.minutes(1))) func aBoardDialsInAndIsTold() async throws {
    let fixture = try ConfigFixture(files: ["switch": ConfigSecrets.bitcoinSwitch])
    let config = try fixture.load(
      """
      server: { listen: [127.0.0.1:\(try FreePort.find())], data: \(fixture.folder)/data }
      devices: [ { id: candy, link: bitcoinswitch, secret_file: switch, pins: [4, 12] } ]
      """
    ).config
    let assembly = try await Assembly(config, log: quietLog)
    let channel = ChannelID(device: try #require(DeviceID(rawValue: "candy")), number: 1)
    let told = Mutex<[String]>([])
    try await assembly.run(
      signals: [],
      alongside: { addresses in
        let clock = SteadyClock()
        let draft = DispatchDraft(
          channel: channel,
          command: Dispatch.Command(mode: .extend, ms: 500, once: true),
          deadlineMS: clock.nowMS + 25_000,
          doubtMS: 1_000
        )
        let dispatch = try await assembly.ledger.add(draft, nowMS: clock.nowMS)
        let port = try #require(addresses.publicPort.first?.split(separator: ":").last.flatMap { UInt16($0) })
        let stranger = try SwitchSocket(port: port, path: "/api/v1/ws/9f86d081884c7d659a2feb")
        #expect(try await eventually { stranger.status == 404 })
        let board = try SwitchSocket(port: port, path: "/api/v1/ws/\(ConfigSecrets.bitcoinSwitch)")
        #expect(try await eventually { board.status == 101 })
        board.send(text: "Connected")
        #expect(try await eventually(within: 20) { !board.texts.isEmpty })
        told.withLock { $0 = board.texts }
        #expect(try await eventually { try await assembly.ledger.dispatch(dispatch.id)?.outcome == .sent })
      },
      ready: { _ in }
    )
    #expect(told.withLock { $0 } == ["12-500"])
  }
}

/// A WebSocket client of a few lines, which answers pings.
private final class SwitchSocket: Sendable {
  private struct State {
    var received: [UInt8] = []
    var status: Int?
    var texts: [String] = []
  }
  private let descriptor: Int32
  private let state = Mutex(State())

  struct NotConnected: Error {}

  init(port: UInt16, path: String) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard result == 0 else { throw NotConnected() }
    let head = """
      GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r
      Sec-WebSocket-Protocol: arduino\r\nOrigin: file://\r\n\r\n
      """
    send(Array(head.utf8))
  }

  deinit { close(descriptor) }

  /// The status of the answer, once it is there.
  var status: Int? {
    receive()
    return state.withLock { $0.status }
  }

  /// The texts that have come.
  var texts: [String] {
    receive()
    return state.withLock { $0.texts }
  }

  func send(text: String) { sendFrame(0x81, Array(text.utf8)) }

  /// A frame under a mask of zeros, which changes nothing.
  private func sendFrame(_ first: UInt8, _ payload: [UInt8]) {
    send([first, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload)
  }

  private func send(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }

  /// Takes what is there and answers pings; never waits.
  private func receive() {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    let pings: [[UInt8]] = state.withLock { state in
      if count > 0 { state.received += bytes.prefix(count) }
      if state.status == nil {
        guard let end = state.received.firstRange(of: Array("\r\n\r\n".utf8)) else { return [] }
        let words = String(decoding: state.received[..<end.lowerBound], as: UTF8.self).split(separator: " ")
        state.status = words.count > 1 ? Int(words[1]) : 0
        state.received.removeSubrange(..<end.upperBound)
      }
      guard state.status == 101 else { return [] }
      var pings: [[UInt8]] = []
      while state.received.count >= 2, state.received.count >= 2 + Int(state.received[1]) {
        let payload = Array(state.received[2..<2 + Int(state.received[1])])
        if state.received[0] == 0x89 { pings.append(payload) }
        if state.received[0] == 0x81 { state.texts.append(String(decoding: payload, as: UTF8.self)) }
        state.received.removeFirst(2 + payload.count)
      }
      return pings
    }
    for ping in pings { sendFrame(0x8a, ping) }
  }
}
