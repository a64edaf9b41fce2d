import Coinslot
import Gateway
import NIOCore
import NIOPosix
import Primitives
import Sockets
import Synchronization
import TestKit
import Testing

/// The order of payments at `/call` where callbacks come in on several event loops at once.
@Suite struct WatcherOrderTests {
  private static let posts = 4
  private static let accountsPerPost: UInt8 = 4
  private static let rounds = 50
  /// Posted to over every connection at once.
  private static let shared = FakeCallbackNetwork.key(200)
  /// Registered last: who has its payment has all registrations behind it.
  private static let marker = FakeCallbackNetwork.key(201)

  private static func account(_ post: Int, _ number: UInt8) -> Bytes32 {
    FakeCallbackNetwork.key(UInt8(post) * accountsPerPost + number + 1)
  }

  /// What a node posts over one connection: its own accounts in turn, and now and then the one that all share.
  private static func bodies(of post: Int) -> [String] {
    (0..<rounds).flatMap { round in
      (0..<accountsPerPost).map { number in
        FakeCallbackNetwork.body(to: account(post, number), id: "own-\(post)-\(number)-\(round)")
      } + [FakeCallbackNetwork.body(to: shared, id: "shared-\(post)-\(round)")]
    }
  }

  /// An account's payments come in the order they were posted in, everybody's payments at all clients in one order,
  /// none lost and none twice.
  @Test func orderSurvivesManyLoops() async throws {
    try await OrderRig.with(loops: 4) { rig in
      let clients = try await rig.clients(4, for: Self.everything)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for post in 0..<Self.posts {
          group.addTask { try await rig.post(Self.bodies(of: post)) }
        }
        try await group.waitForAll()
      }
      let all = 1 + Self.posts * Self.rounds * (Int(Self.accountsPerPost) + 1)
      for client in clients { #expect(try await client.waits(forMessages: all)) }
      let told = clients.map { $0.messages.map(Self.id) }
      for ids in told {
        #expect(ids.count == all && Set(ids).count == all)
        for post in 0..<Self.posts {
          for number in 0..<Self.accountsPerPost {
            let own = "own-\(post)-\(number)-"
            #expect(ids.filter { $0.hasPrefix(own) } == (0..<Self.rounds).map { "\(own)\($0)" })
          }
          // The shared one too keeps the order of each connection.
          let mine = "shared-\(post)-"
          #expect(ids.filter { $0.hasPrefix(mine) } == (0..<Self.rounds).map { "\(mine)\($0)" })
        }
        #expect(ids.filter { $0.hasPrefix("shared-") } == told[0].filter { $0.hasPrefix("shared-") })
        #expect(ids == told[0])
      }
      // Else the test has shown nothing.
      #expect(rig.loops.ofPosts.count >= 2 && rig.loops.ofSockets.count >= 2)
      for client in clients { await client.close() }
    }
  }

  /// A payment that comes over two connections at once is told once, and moves nothing behind it.
  @Test func theSamePaymentOverTwoConnectionsIsToldOnce() async throws {
    try await OrderRig.with(loops: 4) { rig in
      let clients = try await rig.clients(3, for: Self.everything)
      let bodies = (0..<100).map { FakeCallbackNetwork.body(to: Self.shared, id: "twice-\($0)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 { group.addTask { try await rig.post(bodies) } }
        try await group.waitForAll()
      }
      for client in clients {
        #expect(try await client.waits(forMessages: 101))
        #expect(client.messages.dropFirst().map(Self.id) == (0..<100).map { "twice-\($0)" })
      }
      for client in clients { await client.close() }
    }
  }

  /// A crowd at one address is told in slices, of more payments than may be on their way at once, and still in order.
  @Test func aCrowdIsToldInOrder() async throws {
    try await OrderRig.with(loops: 2) { rig in
      let clients = try await rig.clients(300, for: [Self.shared])
      let bodies = (0..<40).map { FakeCallbackNetwork.body(to: Self.shared, id: "crowd-\($0)") }
      try await rig.post(bodies)
      for client in clients {
        #expect(try await client.waits(forMessages: 41))
        #expect(client.messages.dropFirst().map(Self.id) == (0..<40).map { "crowd-\($0)" })
      }
      for client in clients { await client.close() }
    }
  }

  private static var everything: [Bytes32] {
    (0..<posts).flatMap { post in (0..<accountsPerPost).map { account(post, $0) } } + [shared]
  }

  private static func id(_ message: String) -> String {
    (try? JSONValue(parsing: Array(message.utf8), maxDepth: 4))?["id"]?.string ?? message
  }

  // MARK: - The listener

  /// A callback listener on several event loops, which notes on which of them it is asked.
  private struct OrderRig: Sendable {
    let watchers: WatcherRegistry
    let loops: LoopNotes
    let port: Int

    static func with(loops count: Int, _ body: (OrderRig) async throws -> Void) async throws {
      let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
      let network = FakeCallbackNetwork()
      let counters = GatewayCounters()
      let watchers = WatcherRegistry(network: network, counters: counters)
      let door = CallbackDoor(
        network: network,
        inbox: FakeInbox(),
        watchers: watchers,
        clock: TestClock(),
        origins: OriginRule(listening: [try ListenAddress(parsing: "127.0.0.1:0")], origins: []),
        counters: counters
      )
      let loops = LoopNotes(door)
      let listener = try await Listener.serve(loops, on: ["127.0.0.1:0"], group: group)
      let failure: (any Error)?
      do {
        try await body(OrderRig(watchers: watchers, loops: loops, port: listener.ports[0]))
        failure = nil
      } catch { failure = error }
      await listener.close(graceMS: 0)
      try await group.shutdownGracefully()
      if let failure { throw failure }
    }

    /// Clients that wait for all of these, and have had the marker's payment to show for it.
    func clients(_ count: Int, for keys: [Bytes32]) async throws -> [RawClient] {
      var clients: [RawClient] = []
      for _ in 0..<count {
        let client = try await RawClient.webSocket(port: port, path: "/call")
        for key in keys + [WatcherOrderTests.marker] { client.sendFrame(#"{"address":"nano_\#(key.hex())"}"#) }
        clients.append(client)
      }
      let all = clients
      let areReady = try await eventually {
        watchers.tell(FakeCallbackNetwork.transfer(to: WatcherOrderTests.marker, id: "marker"))
        return all.allSatisfy { !$0.messages.isEmpty }
      }
      try #require(areReady)
      return clients
    }

    /// Posts over one connection, in order, a few requests ahead of their answers.
    func post(_ bodies: [String]) async throws {
      let node = try await RawClient.connect(port: port)
      var sent = 0
      while sent < bodies.count {
        for body in bodies[sent..<min(sent + 10, bodies.count)] {
          node.send(
            "POST /callback/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
          )
        }
        sent = min(sent + 10, bodies.count)
        let upTo = sent
        try #require(try await eventually { node.text.ranges(of: "HTTP/1.1 200").count == upTo }, "\(node.text)")
      }
      await node.close()
    }
  }

  /// A door that is asked as it is, with notes of the event loops that ask.
  private final class LoopNotes: PlainHTTPService, Sendable {
    private let door: CallbackDoor
    private let state = Mutex((posts: Set<ObjectIdentifier>(), sockets: Set<ObjectIdentifier>()))

    init(_ door: CallbackDoor) { self.door = door }

    var ofPosts: Set<ObjectIdentifier> { state.withLock { $0.posts } }
    var ofSockets: Set<ObjectIdentifier> { state.withLock { $0.sockets } }

    func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision {
      let decision = door.webSocket(head, from: remote)
      if case .accept = decision, let loop = MultiThreadedEventLoopGroup.currentEventLoop {
        state.withLock { _ = $0.sockets.insert(ObjectIdentifier(loop)) }
      }
      return decision
    }

    func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission {
      door.admit(head, from: remote)
    }

    func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
      if let loop = MultiThreadedEventLoopGroup.currentEventLoop {
        state.withLock { _ = $0.posts.insert(ObjectIdentifier(loop)) }
      }
      return door.answer(head, body: body, from: remote)
    }
  }
}
