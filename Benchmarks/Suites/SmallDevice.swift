import DeviceWire
import NIOCore
import Primitives
import Sockets
import Synchronization

/// A whole device on the other side of a socket: the mind that boards run, flash and relay in memory.
final class SmallDevice: Sendable {
  private typealias Waiter = CheckedContinuation<ContinuousClock.Instant, Never>
  private struct State {
    var core: DeviceCore
    var toSend: AsyncStream<[UInt8]>.Continuation?
    var waiting: (number: UInt64, Waiter)?
    /// When the newest command was taken.
    var taken: (number: UInt64, at: ContinuousClock.Instant) = (0, ContinuousClock().now)
    var isWelcome = false
  }
  private let state: Mutex<State>
  private let tickMS: Int

  init(_ name: String, key: Bytes32, tickMS: Int = 250) {
    self.tickMS = tickMS
    let configuration = DeviceConfiguration(
      device: WireText(name),
      key: key,
      keySerial: 1,
      firmware: "bench",
      transport: .webSocket,
      channels: [ChannelConfiguration(number: 0, maxOnMS: 24 * 3_600_000)]
    )
    let storage = DeviceStorage(of: configuration) { _ in nil }
    state = Mutex(State(core: DeviceCore(configuration, storage: storage, nowMS: Self.nowMS)))
    act { $0.start() }
  }

  private static let began = ContinuousClock().now
  private static var nowMS: Int64 { 1_000 + Int64(Stopwatch.seconds(since: began) * 1_000) }

  /// Whether anything came after the challenge: the server let it in.
  var isWelcome: Bool { state.withLock { $0.isWelcome } }
  /// The newest command that it took.
  var newest: UInt64 { state.withLock { $0.taken.number } }

  /// Connects and lives until cancelled.
  func live(url: String, trusting certificate: String?) async throws {
    var options = WebSocketClientOptions()
    options.subprotocol = "\(LinkTransport.subprotocol)"
    options.pingEveryMS = nil
    options.trustedCAFile = certificate
    try await WebSocketClient.withConnection(to: try Endpoint(parsing: url), options: options) { connection in
      let (frames, entrance) = AsyncStream.makeStream(of: [UInt8].self)
      state.withLock { $0.toSend = entrance }
      act { $0.connected(nowMS: Self.nowMS) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await frame in frames { try await connection.send(utf8: frame) } }
        group.addTask {
          var isFirst = true
          for try await text in connection.messages {
            self.act { $0.receive(text.readableBytesUInt8Span, nowMS: Self.nowMS) }
            if !isFirst { self.state.withLock { $0.isWelcome = true } }
            isFirst = false
          }
        }
        group.addTask {
          while true {
            try await Task.sleep(for: .milliseconds(self.tickMS))
            self.act { $0.tick(nowMS: Self.nowMS) }
          }
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }

  /// Waits until a command was taken; gives the moment.
  func taken(_ number: UInt64) async -> ContinuousClock.Instant {
    await withCheckedContinuation { continuation in
      let done = state.withLock { state -> ContinuousClock.Instant? in
        if state.taken.number >= number { return state.taken.at }
        state.waiting = (number, continuation)
        return nil
      }
      if let done { continuation.resume(returning: done) }
    }
  }

  private func act(_ body: (inout DeviceCore) -> [DeviceAction]) {
    let told = state.withLock { state -> (Waiter, ContinuousClock.Instant)? in
      let actions = body(&state.core)
      let number = state.core.report().first?.number ?? 0
      if number > state.taken.number { state.taken = (number, ContinuousClock().now) }
      for action in actions {
        switch action {
        case .send(let frame): state.toSend?.yield(frame)
        case .close: state.toSend?.finish()
        case .write, .output: break
        }
      }
      guard let (wanted, continuation) = state.waiting, wanted <= state.taken.number else { return nil }
      state.waiting = nil
      return (continuation, state.taken.at)
    }
    if let (continuation, at) = told { continuation.resume(returning: at) }
  }
}
