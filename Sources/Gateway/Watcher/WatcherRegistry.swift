public import Coinslot
import NIOCore
public import Primitives
import Sockets
import Synchronization

/// Who waits at `/call` for which address, across all event loops.
///
/// A payment is framed once, handed once to each event loop that has somebody waiting, and sent there to each
/// connection once, however often it is told.
///
/// ## On failure
/// Nothing is kept: a client that reconnects registers anew, and payments of the time between are not told to it, as
/// switching a machine on late would be worse.
public final class WatcherRegistry: WatcherFeed, Sendable {
  private struct State {
    var loops: [ObjectIdentifier: WatcherLoop.Handle] = [:]
    /// Which loops have somebody waiting for an address.
    var interest: [Bytes32: [WatcherLoop.Handle]] = [:]
    var connections = 0
    var addresses = 0
    /// What each configured key has in use.
    var use: [(connections: Int, addresses: Int)]
  }

  let rules: WatcherRules
  let network: any CallbackNetwork
  let counters: GatewayCounters
  private let state: Mutex<State>
  private let bell = Bell()

  /// How long changes are gathered before the network is told, milliseconds.
  static let gatherMS = 200

  /// A registry of those who watch one network.
  public init(network: any CallbackNetwork, rules: WatcherRules = WatcherRules(), counters: GatewayCounters) {
    self.network = network
    self.rules = rules
    self.counters = counters
    state = Mutex(State(use: rules.keys.map { _ in (0, 0) }))
  }

  /// Keeps the network listening for what clients wait for, until cancelled.
  public func run() async {
    var told: Set<Bytes32> = []
    while !Task.isCancelled {
      let rings = bell.rings
      let keys = state.withLock { Set($0.interest.keys) }
      if keys != told {
        network.watchAlso(keys)
        told = keys
      }
      await bell.wait(past: rings)
      try? await Task.sleep(for: .milliseconds(WatcherRegistry.gatherMS))
    }
  }

  /// Whether anybody waits for money at this key.
  public func waits(for key: Bytes32) -> Bool { state.withLock { $0.interest[key] != nil } }

  /// Tells everybody who waits for the destination, each once per payment, if it is not below the least amount.
  public func tell(_ transfer: HeardTransfer) {
    guard waits(for: transfer.destination) else { return }
    guard transfer.amount >= rules.least(for: transfer.destination) else {
      return counters.count(.watcherBelowLeast)
    }
    let frame = WebSocketFrames.text(transfer.frame)
    let (payment, key, counters) = (transfer.sighting.id, transfer.destination, counters)
    // Handed over under the lock, so that two payments reach every loop in the same order. The caller's own loop is told
    // below, before the caller goes on: what others hand to it meanwhile runs after that.
    let own = state.withLock { state -> WatcherLoop.Handle? in
      var own: WatcherLoop.Handle?
      for loop in state.interest[key] ?? [] {
        if loop.isFree(for: key) {
          own = loop
        } else {
          loop.run { counters.count(.watcherTold, $0.deliver(payment, to: key, frame)) }
        }
      }
      return own
    }
    if let own { counters.count(.watcherTold, own.local.deliver(payment, to: key, frame)) }
  }
}

// MARK: - What connections ask, each on its event loop

extension WatcherRegistry {
  /// How sockets of `/call` are run: old clients answer no ping for up to an hour while they serve a payment.
  var socketOptions: WebSocketOptions {
    var options = WebSocketOptions()
    options.maxMessageBytes = 4_096
    options.maxFragments = 8
    options.maxPendingBytes = rules.outboundBytes
    options.firstMessageWithinMS = rules.firstFrameWithinMS
    options.pingEveryMS = rules.pingEveryMS
    options.silentForMS = rules.goneAfterMS
    return options
  }

  /// Counts a connection in.
  func enter() throws(WatcherRefusal) {
    let isFull = state.withLock { state in
      guard state.connections < rules.connections else { return true }
      state.connections += 1
      return false
    }
    if isFull { throw .tooManyConnections }
  }

  /// The configured key that a registration shows; nil where none is needed.
  func keyIndex(of registration: CallRegistration) throws(WatcherRefusal) -> Int? {
    guard !rules.keys.isEmpty else { return nil }
    guard let shown = registration.apiKey, let index = WatcherKey.index(of: shown, among: rules.keys) else {
      throw .badKey
    }
    return index
  }

  /// Counts a connection to a key.
  func bind(toKey index: Int) throws(WatcherRefusal) {
    let isFull = state.withLock { state in
      guard state.use[index].connections < rules.keys[index].connections else { return true }
      state.use[index].connections += 1
      return false
    }
    if isFull { throw .tooManyConnections }
  }

  /// Adds an address to a connection, which does not have it yet.
  func register(
    _ address: Bytes32,
    of link: WatcherLink,
    _ connection: WebSocketConnection,
    on loop: WatcherLoop.Handle,
    keyIndex: Int?
  ) throws(WatcherRefusal) {
    let isFull = state.withLock { state in
      guard state.addresses < rules.addresses else { return true }
      if let keyIndex {
        guard state.use[keyIndex].addresses < rules.keys[keyIndex].addresses else { return true }
        state.use[keyIndex].addresses += 1
      }
      state.addresses += 1
      return false
    }
    if isFull { throw .tooManyAddresses }
    guard loop.local.add(link, connection, for: address) else { return }
    state.withLock { $0.interest[address, default: []].append(loop) }
    bell.ring()
  }

  /// Takes a connection out with all it waited for.
  func leave(_ link: WatcherLink, _ addresses: [Bytes32], on loop: WatcherLoop.Handle?, keyIndex: Int?) {
    let ended = loop.map { loop in addresses.filter { loop.local.remove(link, for: $0) } } ?? []
    state.withLock { state in
      state.connections -= 1
      state.addresses -= addresses.count
      if let keyIndex {
        state.use[keyIndex].connections -= 1
        state.use[keyIndex].addresses -= addresses.count
      }
      for address in ended {
        state.interest[address]?.removeAll { $0.eventLoop === loop?.eventLoop }
        if state.interest[address]?.isEmpty == true { state.interest[address] = nil }
      }
    }
    if !ended.isEmpty { bell.ring() }
  }

  /// The clients of an event loop; asked on that loop.
  func loop(on eventLoop: any EventLoop) -> WatcherLoop.Handle {
    state.withLock { state in
      if let known = state.loops[ObjectIdentifier(eventLoop)] { return known }
      let made = WatcherLoop.Handle(WatcherLoop(on: eventLoop), on: eventLoop)
      state.loops[ObjectIdentifier(eventLoop)] = made
      return made
    }
  }
}
