import Coinslot
import Gateway
import NIOPosix
import Primitives
import Sockets
import TestKit

/// A callback listener on loopback with everything behind it in memory.
struct CallRig: Sendable {
  let network: FakeCallbackNetwork
  let inbox: FakeInbox
  let counters: GatewayCounters
  let watchers: WatcherRegistry
  let listener: Listener

  var port: Int { listener.ports[0] }

  /// Runs `body` with a listener.
  static func with(
    watching keys: Set<Bytes32> = [],
    inbox: FakeInbox = FakeInbox(),
    rules: CallbackRules = CallbackRules(),
    watcherRules: WatcherRules = WatcherRules(),
    origins: [String] = [],
    on addresses: [String] = ["127.0.0.1:0"],
    clients: ClientGate? = nil,
    _ body: (CallRig) async throws -> Void
  ) async throws {
    let network = FakeCallbackNetwork(watching: keys)
    let counters = GatewayCounters()
    let watchers = WatcherRegistry(network: network, rules: watcherRules, counters: counters)
    let door = CallbackDoor(
      network: network,
      inbox: inbox,
      watchers: watchers,
      clock: TestClock(),
      rules: rules,
      origins: OriginRule(listening: try addresses.map { try ListenAddress(parsing: $0) }, origins: origins),
      counters: counters
    )
    var options = Listener.Options()
    options.sweepEveryMS = 20
    options.clients = clients
    let listener = try await Listener.serve(
      door,
      on: addresses,
      options: options,
      group: MultiThreadedEventLoopGroup.singleton
    )
    let rig = CallRig(network: network, inbox: inbox, counters: counters, watchers: watchers, listener: listener)
    let watching = Task { await watchers.run() }
    do {
      try await body(rig)
    } catch {
      watching.cancel()
      await listener.close(graceMS: 0)
      throw error
    }
    watching.cancel()
    await listener.close(graceMS: 0)
  }

  /// Posts a callback as a node does.
  func post(_ body: String, headers: [String] = ["Content-Type: application/json"]) async throws -> (
    status: Int?, text: String
  ) {
    try await request(port: port, "POST /callback/", headers: headers, body: body)
  }

  /// A client that has registered these addresses and is waited for.
  func client(_ addresses: [String], key: String = "0", headers: String = "") async throws -> RawClient {
    let client = try await RawClient.webSocket(port: port, path: "/call", headers: headers)
    for address in addresses { client.sendFrame(#"{"address":"\#(address)","api_key":"\#(key)"}"#) }
    let keys = addresses.compactMap { address in network.key(of: Array(address.utf8).span) }
    _ = try await eventually { keys.allSatisfy { watchers.waits(for: $0) } }
    return client
  }
}
