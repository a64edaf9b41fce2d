import Coinslot
import NIOCore
import Primitives
import Sockets

/// One client of `/call`, confined to its connection's event loop.
///
/// It may send any number of registrations; nothing is ever answered but payments.
final class WatcherLink: WebSocketConnectionHandler {
  private let registry: WatcherRegistry
  private var connection: WebSocketConnection?
  private var loop: WatcherLoop.Handle?
  /// The addresses it waits for, each with its place among those who do; its loop writes them.
  var places: [Bytes32: Int] = [:]
  /// The configured key that the first registration showed.
  private var keyIndex: Int?
  private var hasEntered = false

  init(_ registry: WatcherRegistry) { self.registry = registry }

  func opened(_ connection: WebSocketConnection) {
    do {
      try registry.enter()
      hasEntered = true
      self.connection = connection
    } catch {
      refuse(error, connection)
    }
  }

  func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
    // Some old clients greet so; it means nothing.
    guard hasEntered, !WatcherLink.isGreeting(bytes.readableBytesUInt8Span) else { return }
    do {
      try register(bytes.readableBytesUInt8Span, connection)
    } catch {
      refuse(error, connection)
    }
  }

  func swept(_ connection: WebSocketConnection, nowMS: Int64) {
    if places.isEmpty, nowMS - connection.openedMS > registry.rules.firstFrameWithinMS {
      refuse(.silent, connection)
    }
  }

  func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {
    if end == .tooSlow { registry.counters.count(.watcherTooSlow) }
    self.connection = nil
    guard hasEntered else { return }
    hasEntered = false
    registry.leave(self, Array(places.keys), on: loop, keyIndex: keyIndex)
  }

  private func register(_ frame: Span<UInt8>, _ connection: WebSocketConnection) throws(WatcherRefusal) {
    let registration = try CallRegistration(decoding: frame)
    let shown = try registry.keyIndex(of: registration)
    guard let address = registry.network.key(of: registration.address.span) else { throw .badAddress }
    if places.isEmpty, let shown, keyIndex == nil {
      try registry.bind(toKey: shown)
      keyIndex = shown
    }
    guard shown == keyIndex else { throw .badKey }
    guard places[address] == nil else { return }
    guard places.count < registry.rules.addressesPerConnection, let eventLoop = connection.eventLoop else {
      throw .tooManyAddresses
    }
    let loop = loop ?? registry.loop(on: eventLoop)
    self.loop = loop
    try registry.register(address, of: self, connection, on: loop, keyIndex: keyIndex)
  }

  private func refuse(_ refusal: WatcherRefusal, _ connection: WebSocketConnection) {
    registry.counters.count(.watcherRefused)
    connection.close(refusal.code, reason: refusal.words)
  }

  private static func isGreeting(_ text: Span<UInt8>) -> Bool {
    ("Connected" as StaticString).equals(text, 0..<text.count)
  }
}
