import NIOCore
import Primitives
import Sockets
import Synchronization

/// phoenixd's socket, kept open to be woken by: what it says is only a reason to look.
///
/// It says nothing twice and nothing of what was before, so whoever waits looks by itself from time to time as well.
/// Ends with the last reference to it.
final class PhoenixdNews: Sendable {
  private static let maxWaiting = 100

  private let pipe = EventPipe<Void>(capacity: maxWaiting)
  private let isOpen: IsOpen
  private let task: Task<Void, Never>

  /// Opens the socket, and again whenever it breaks, after 1, 2, 4 … 30 seconds.
  init(_ settings: PhoenixdSettings, door: PhoenixdDoor) {
    let (pipe, isOpen) = (pipe, IsOpen())
    self.isOpen = isOpen
    // It outlives the call that opened it, which waits only for so long; `deinit` ends it.
    task = Task {
      var pauseMS: Int64 = 1_000
      while !Task.isCancelled {
        let heard = await Self.listen(settings, door, pipe, isOpen)
        isOpen.set(false)
        pauseMS = heard ? 1_000 : min(2 * pauseMS, 30_000)
        try? await Task.sleep(for: .milliseconds(pauseMS))
      }
    }
  }

  deinit { task.cancel() }

  /// Waits for news, no longer than so; shorter where the socket is not open, since nothing would wake us then.
  func wait(atMostMS milliseconds: Int64) async {
    guard case .event = await pipe.next(withinMS: min(milliseconds, isOpen.value ? 5_000 : 1_000)) else { return }
    // One look is enough for all that was said so far.
    for _ in 1..<Self.maxWaiting { guard case .event = await pipe.next(withinMS: 0) else { return } }
  }

  private final class IsOpen: Sendable {
    private let state = Mutex(false)
    var value: Bool { state.withLock { $0 } }
    func set(_ value: Bool) { state.withLock { $0 = value } }
  }

  /// Listens until the socket ends; whether it was open.
  private static func listen(
    _ settings: PhoenixdSettings,
    _ door: PhoenixdDoor,
    _ pipe: EventPipe<Void>,
    _ isOpen: IsOpen
  ) async -> Bool {
    guard let endpoint = socket(settings.endpoint), let header = try? door.header() else { return false }
    var options = WebSocketClientOptions()
    options.headers = [header]
    options.trustedCAFile = settings.certificateFile
    options.maxMessageBytes = PhoenixdNotice.maxBytes
    options.pingEveryMS = 20_000
    try? await WebSocketClient.withConnection(to: endpoint, options: options) { connection in
      isOpen.set(true)
      // What was paid while the socket was away is looked for at once.
      await pipe.put(())
      for try await message in connection.messages where isPayment(Array(buffer: message)) { await pipe.put(()) }
    }
    return isOpen.value
  }

  private static func isPayment(_ bytes: [UInt8]) -> Bool { (try? PhoenixdNotice(decoding: bytes)) ?? nil != nil }

  private static func socket(_ endpoint: Endpoint) -> Endpoint? {
    let scheme = endpoint.scheme.isSecure ? "wss" : "ws"
    let target = endpoint.target.hasSuffix("/") ? String(endpoint.target.dropLast()) : endpoint.target
    return try? Endpoint(parsing: "\(scheme)://\(authority(endpoint))\(target)\(PhoenixdPath.socket)")
  }

  /// With the port, which the other scheme's may not be.
  private static func authority(_ endpoint: Endpoint) -> String {
    "\(endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host):\(endpoint.port)"
  }
}
