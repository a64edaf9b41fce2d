import Coinslot
import DeviceWire
import Gateway
import Logging
import NIOPosix
import Primitives
import Sockets
import TestKit

extension DeviceID {
  static let charger = named("charger-1")
  static let lamp = named("lamp")

  private static func named(_ name: String) -> DeviceID {
    guard let id = DeviceID(rawValue: name) else { preconditionFailure("\(name) cannot name a device") }
    return id
  }
}

/// A listener on loopback for `charger-1` and `lamp`, whose keys have serial 1, with the books in memory.
struct LinkRig: Sendable {
  let clock: TestClock
  let ledger: FakeLedger
  let ears: FakeEars
  let keys: FakeKeys
  let registry: DeviceRegistry
  let counters: GatewayCounters
  let door: DeviceDoor
  let listener: Listener

  var port: Int { listener.ports[0] }

  static func with(_ body: (LinkRig) async throws -> Void) async throws {
    let clock = TestClock()
    let ledger = FakeLedger(Device(id: .charger, title: "Charger"), Device(id: .lamp, title: "Lamp"))
    let ears = FakeEars(ledger, clock: clock)
    let keys = FakeKeys()
    keys.makeKey(for: .charger, serial: 1)
    keys.makeKey(for: .lamp, serial: 1)
    let (registry, counters) = (DeviceRegistry(), GatewayCounters())
    let address = "127.0.0.1:0"
    let door = DeviceDoor(
      registry: registry,
      ledger: ledger,
      keys: keys,
      ears: ears,
      clock: clock,
      entropy: TestEntropy(),
      origins: OriginRule(listening: [try ListenAddress(parsing: address)]),
      counters: counters,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      resumeWithinMS: { [:] }
    )
    var options = Listener.Options()
    options.sweepEveryMS = 20
    let listener = try await Listener.serve(
      door,
      on: [address],
      options: options,
      group: MultiThreadedEventLoopGroup.singleton
    )
    let rig = LinkRig(
      clock: clock,
      ledger: ledger,
      ears: ears,
      keys: keys,
      registry: registry,
      counters: counters,
      door: door,
      listener: listener
    )
    let running = Task { await door.run() }
    do {
      try await body(rig)
    } catch {
      ledger.setHeld(false)
      running.cancel()
      await listener.close(graceMS: 0)
      throw error
    }
    // As a server ends: what was said last is still written down.
    ledger.setHeld(false)
    await listener.close(graceMS: 0)
    door.close()
    await running.value
  }

  /// Commits work for an output and offers it to the device's session of now.
  func order(
    _ mode: Dispatch.Mode = .new,
    ms: UInt64 = 600_000,
    once: Bool = true,
    lifeMS: Int64 = 90_000,
    device: DeviceID = .charger,
    channel: UInt8 = 0
  ) async throws -> Order {
    let now = clock.nowMS
    let draft = DispatchDraft(
      channel: ChannelID(device: device, number: channel),
      command: Dispatch.Command(mode: mode, ms: mode == .stop ? 0 : ms, once: once),
      deadlineMS: now + lifeMS,
      doubtMS: 60_000
    )
    let added = try await ledger.add(draft, nowMS: now)
    let epoch = registry.session(of: device) ?? 0
    guard let offered = try await ledger.offer(added.id, epoch: epoch, nowMS: now),
      let order = Order(offered, epoch: epoch)
    else { throw NotOffered() }
    return order
  }

  struct NotOffered: Error {}

  /// The dispatch of an order as the books have it now.
  func dispatch(_ order: Order) -> Dispatch? { ledger.dispatches.first { $0.id == order.dispatch.id } }
}
