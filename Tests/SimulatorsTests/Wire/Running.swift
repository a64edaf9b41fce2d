import Nano
import Primitives
import Testing

@testable import Simulators

/// A toy node for the length of `body`, with short votes and few accounts.
func running(
  _ change: (inout NanoSimulatorOptions) -> Void = { _ in },
  _ body: (NanoSimulator) async throws -> Void
) async throws {
  var options = NanoSimulatorOptions()
  options.ledger.accounts = 3
  options.ledger.salt = 0
  options.confirmMS = 20
  change(&options)
  let simulator = try await NanoSimulator.start(options)
  do { try await body(simulator) } catch {
    await simulator.stop()
    throw error
  }
  await simulator.stop()
}

/// Waits for something to become true; false where it does not in time.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<250 {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(20))
  }
  return false
}

extension NanoSimulator {
  /// Asks over HTTP what production code asks, and reads the answer with production code.
  func ask<Action: RPCAction>(_ action: Action) async throws -> Action.Reply {
    let answer = try #require(await TestHTTP.request(rpcURL, String(decoding: action.body, as: UTF8.self)))
    #expect(answer.firstLine == "HTTP/1.1 200 OK")
    return try action.reply(decoding: answer.body.span)
  }

  /// A client that is subscribed to confirmations, acknowledged.
  func subscribed(_ options: String? = nil) async throws -> TestWebSocket {
    let socket = try await TestWebSocket.connect(#require(webSocketURL))
    let tail = options.map { ",\"options\":\($0)" } ?? ""
    try await socket.send("{\"action\":\"subscribe\",\"topic\":\"confirmation\",\"ack\":true\(tail)}")
    let ack = try #require(await socket.next())
    guard case .ack(let said) = try NodeMessage(decoding: Array(ack.utf8).span), said.action == "subscribe" else {
      throw NoAck()
    }
    return socket
  }

  struct NoAck: Error {}
}

extension TestWebSocket {
  /// The next message, which must be a confirmation; nil where none comes in time.
  func confirmation(withinMS: Int = 5_000) async throws -> ConfirmationMessage? {
    guard let text = try await next(withinMS: withinMS) else { return nil }
    guard case .confirmation(let message) = try NodeMessage(decoding: Array(text.utf8).span) else { return nil }
    return message
  }
}
