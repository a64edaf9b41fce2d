import Coinslot
import Gateway
import Primitives
import Sockets
import TestKit
import Testing

/// The bounds of `/call`: keys, counts, silence, slowness.
@Suite struct WatcherRegistryTests {
  static let key = FakeCallbackNetwork.key(7)
  static func address(_ number: UInt8) -> String { "nano_\(FakeCallbackNetwork.key(number).hex())" }
  static func registration(_ number: UInt8, _ key: String? = nil) -> String {
    #"{"address":"\#(address(number))""# + (key.map { #","api_key":"\#($0)""# } ?? "") + "}"
  }

  // MARK: - Keys

  @Test(arguments: [
    ("open sesame", true), ("other key", true), ("open sesam", false), ("open sesame ", false), ("0", false),
    ("", false), (nil, false),
  ])
  func aKeyMustBeKnownWhereKeysAre(_ shown: String?, _ isKnown: Bool) async throws {
    var rules = WatcherRules()
    rules.keys = [WatcherKey(name: "a", key: "open sesame"), WatcherKey(name: "b", key: "other key")]
    try await CallRig.with(watcherRules: rules) { rig in
      let client = try await RawClient.webSocket(port: rig.port, path: "/call")
      client.sendFrame(Self.registration(7, shown))
      if isKnown {
        #expect(try await eventually { rig.watchers.waits(for: Self.key) })
        #expect(client.closing == nil)
      } else {
        #expect(try await client.waits(forClose: 1008))
        #expect(client.closing?.reason == "the api_key is not known here")
        #expect(!rig.watchers.waits(for: Self.key))
      }
      await client.close()
    }
  }

  @Test func aConnectionKeepsItsKey() async throws {
    var rules = WatcherRules()
    rules.keys = [WatcherKey(name: "a", key: "A"), WatcherKey(name: "b", key: "B")]
    try await CallRig.with(watcherRules: rules) { rig in
      let client = try await rig.client([Self.address(1)], key: "A")
      client.sendFrame(Self.registration(2, "B"))
      #expect(try await client.waits(forClose: 1008))
      await client.close()
    }
  }

  @Test func eachKeyHasItsOwnBounds() async throws {
    var rules = WatcherRules()
    rules.keys = [WatcherKey(name: "a", key: "A", connections: 1, addresses: 2), WatcherKey(name: "b", key: "B")]
    try await CallRig.with(watcherRules: rules) { rig in
      let first = try await rig.client([Self.address(1), Self.address(2)], key: "A")
      let second = try await RawClient.webSocket(port: rig.port, path: "/call")
      second.sendFrame(Self.registration(3, "A"))
      #expect(try await second.waits(forClose: 1013))
      let other = try await rig.client([Self.address(4)], key: "B")
      first.sendFrame(Self.registration(3, "A"))
      #expect(try await first.waits(forClose: 1008))
      #expect(first.closing?.reason == "too many addresses")
      // Once it has gone, its room is free again.
      for client in [first, second] { await client.close() }
      #expect(try await eventually { !rig.watchers.waits(for: FakeCallbackNetwork.key(1)) })
      let again = try await rig.client([Self.address(1), Self.address(2)], key: "A")
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: FakeCallbackNetwork.key(2), id: "A"))
      #expect(try await again.waits(forMessages: 1))
      for client in [other, again] { await client.close() }
    }
  }

  // MARK: - Coming and going

  /// Those who stay are told once each, whoever of the same address left before them or after them.
  @Test func leavingDisturbsNobodyElse() async throws {
    let key = FakeCallbackNetwork.key
    try await CallRig.with { rig in
      var clients: [UInt8: RawClient] = [:]
      // Each has an address of its own too, by which its coming and going shows.
      for number in 10...15 as ClosedRange<UInt8> {
        clients[number] = try await rig.client([Self.address(7), Self.address(number)])
      }
      for (round, leaving) in [[10, 12], [15], [11, 14], [13]].enumerated() as EnumeratedSequence<[[UInt8]]> {
        rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "\(round)"))
        for client in clients.values {
          #expect(try await client.waits(forMessages: round + 1))
          #expect(client.messages.count == round + 1)
        }
        for number in leaving {
          await clients.removeValue(forKey: number)?.close()
          #expect(try await eventually { !rig.watchers.waits(for: key(number)) })
        }
      }
      #expect(!rig.watchers.waits(for: Self.key))
      #expect(rig.counters.snapshot[.watcherTold] == 6 + 4 + 3 + 1)
    }
  }

  // MARK: - Counts

  @Test func aConnectionWaitsForSoManyAddresses() async throws {
    var rules = WatcherRules()
    rules.addressesPerConnection = 3
    try await CallRig.with(watcherRules: rules) { rig in
      let client = try await rig.client((1...3).map(Self.address))
      client.sendFrame(Self.registration(3))
      client.sendFrame(Self.registration(4))
      #expect(try await client.waits(forClose: 1008))
      #expect(client.closing?.reason == "too many addresses")
      await client.close()
    }
  }

  @Test func allTogetherWaitForSoManyAddresses() async throws {
    var rules = WatcherRules()
    rules.addresses = 2
    try await CallRig.with(watcherRules: rules) { rig in
      let first = try await rig.client([Self.address(1), Self.address(2)])
      let second = try await RawClient.webSocket(port: rig.port, path: "/call")
      second.sendFrame(Self.registration(1))
      #expect(try await second.waits(forClose: 1008))
      for client in [first, second] { await client.close() }
    }
  }

  @Test func soManyConnections() async throws {
    var rules = WatcherRules()
    rules.connections = 1
    try await CallRig.with(watching: [Self.key], watcherRules: rules) { rig in
      let first = try await rig.client([Self.address(1)])
      let second = try await RawClient.webSocket(port: rig.port, path: "/call")
      #expect(try await second.waits(forClose: 1013))
      // The node still finds room.
      #expect(try await rig.post(FakeCallbackNetwork.body(to: Self.key, id: "A")).status == 200)
      await second.close()
      await first.close()
      #expect(try await eventually { !rig.watchers.waits(for: FakeCallbackNetwork.key(1)) })
      let third = try await rig.client([Self.address(1)])
      #expect(rig.watchers.waits(for: FakeCallbackNetwork.key(1)))
      await third.close()
    }
  }

  // MARK: - Time

  @Test(arguments: [false, true]) func whoSaysNothingIsClosed(_ greets: Bool) async throws {
    var rules = WatcherRules()
    rules.firstFrameWithinMS = 3_000
    try await CallRig.with(watcherRules: rules) { rig in
      let patient = try await rig.client([Self.address(1)])
      let silent = try await RawClient.webSocket(port: rig.port, path: "/call")
      if greets { silent.sendFrame("Connected") }
      #expect(try await silent.waits(forClose: 1008))
      #expect(silent.messages.isEmpty)
      #expect(patient.closing == nil)
      for client in [patient, silent] { await client.close() }
    }
  }

  /// Pings come on the protocol's level; whoever answers none for long is gone, not before.
  @Test func pingsAndForgetsWhoIsGone() async throws {
    var rules = WatcherRules()
    rules.pingEveryMS = 100
    rules.goneAfterMS = 4_000
    try await CallRig.with(watcherRules: rules) { rig in
      let client = try await rig.client([Self.address(1)])
      #expect(try await eventually { client.events.count >= 4 })
      #expect(client.events.allSatisfy { if case .ping = $0 { true } else { false } })
      #expect(!client.isOver)
      #expect(try await eventually { client.isOver })
      #expect(try await eventually { !rig.watchers.waits(for: FakeCallbackNetwork.key(1)) })
    }
  }

  /// An old client sleeps for an hour inside its own work.
  @Test func theUsualPatienceOutlastsASleepingClient() {
    let rules = WatcherRules()
    #expect(rules.goneAfterMS > 70 * 60_000)
    #expect(rules.pingEveryMS >= 120_000)
    #expect(rules.least == Amount(1_000_000_000_000_000_000_000_000))
  }

  @Test func whoReadsTooSlowlyIsDropped() async throws {
    var rules = WatcherRules()
    rules.outboundBytes = 100_000
    try await CallRig.with(watcherRules: rules) { rig in
      let quick = try await rig.client([Self.address(7)])
      let slow = try await RawClient.webSocket(port: rig.port, path: "/call", reads: false)
      slow.sendFrame(Self.registration(7))
      let bulk = String(repeating: "x", count: 1_000)
      // Enough to fill the system's buffers and ours, in portions that a reading client keeps up with.
      var sent = 0
      while sent < 20_000, rig.counters.snapshot[.watcherTooSlow] == 0 {
        for _ in 0..<50 {
          sent += 1
          rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "\(sent)\(bulk)"))
        }
        let upTo = sent
        #expect(try await eventually { quick.bytes.count > upTo * 1_000 })
      }
      #expect(rig.counters.snapshot[.watcherTooSlow] == 1)
      #expect(try await quick.waits(forMessages: sent))
      #expect(rig.watchers.waits(for: Self.key))
      await quick.close()
      #expect(try await eventually { !rig.watchers.waits(for: Self.key) })
      await slow.close()
    }
  }

  // MARK: - The network

  @Test func theNetworkIsToldWhatToListenFor() async throws {
    try await CallRig.with { rig in
      let both = Set([FakeCallbackNetwork.key(1), FakeCallbackNetwork.key(2)])
      let client = try await rig.client([Self.address(1), Self.address(2)])
      #expect(try await eventually { rig.network.alsoWatched.last == both })
      let second = try await rig.client([Self.address(2)])
      await client.close()
      #expect(try await eventually { rig.network.alsoWatched.last == [FakeCallbackNetwork.key(2)] })
      await second.close()
      #expect(try await eventually { rig.network.alsoWatched.last == [] })
      // Gathered, not one by one.
      #expect(rig.network.alsoWatched.count <= 4)
    }
  }

  /// Payments told from many threads at once arrive in one order everywhere, none lost, none twice.
  @Test func orderIsTheSameForAll() async throws {
    try await CallRig.with { rig in
      let clients = try await withThrowingTaskGroup(of: RawClient.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let client = try await RawClient.webSocket(port: rig.port, path: "/call")
            client.sendFrame(Self.registration(7))
            client.sendFrame(Self.registration(8))
            return client
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      // A payment at the second address comes only to those whose first registration was read before.
      let marker = FakeCallbackNetwork.key(8)
      var tries = 0
      repeat {
        tries += 1
        rig.watchers.tell(FakeCallbackNetwork.transfer(to: marker, id: "marker"))
        try await Task.sleep(for: .milliseconds(10))
      } while !clients.allSatisfy({ $0.messages.count == 1 }) && tries < 500
      await withTaskGroup(of: Void.self) { group in
        for thread in 0..<4 {
          group.addTask {
            for number in 0..<100 {
              rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "\(thread)-\(number)"))
              rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "\(thread)-\(number)"))
            }
          }
        }
      }
      for client in clients { #expect(try await client.waits(forMessages: 401)) }
      let first = try #require(clients.first).messages
      #expect(Set(first).count == 401)
      for client in clients { #expect(client.messages == first) }
      for client in clients { await client.close() }
    }
  }
}
