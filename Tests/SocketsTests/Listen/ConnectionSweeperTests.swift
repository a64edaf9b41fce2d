import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Sockets

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct ConnectionSweeperTests {
  /// Notes what is asked of it, and may take members out while the list is walked.
  private final class Member: Sweepable {
    var sweepIndex = -1
    var seen: [Int64] = []
    var drained = 0
    var onSweep: () -> Void = {}

    func sweep(nowMS: Int64) {
      seen.append(nowMS)
      onSweep()
    }

    func drain() { drained += 1 }

    func drop() {}
  }

  /// What `body` gives on one event loop with what is swept there, at the time 500.
  private func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable (SweptLoop) throws -> Result
  ) async throws -> Result {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let sweeper = ConnectionSweeper(group: loop, everyMS: 100, clock: { 500 })
    let result = try await loop.submit { try body(sweeper.loop(of: loop)) }.get()
    sweeper.stop()
    return result
  }

  @Test func sweepsEveryMemberOnce() async throws {
    let (seen, indices) = try await onLoop { loop in
      let members = (0..<5).map { _ in Member() }
      for member in members { loop.add(member) }
      loop.add(members[0])
      loop.sweep()
      return (members.map(\.seen), members.map(\.sweepIndex))
    }
    #expect(seen == Array(repeating: [500], count: 5))
    #expect(indices == [0, 1, 2, 3, 4])
  }

  @Test func membersMayLeaveInAnyOrder() async throws {
    let (seen, drained) = try await onLoop { loop in
      let members = (0..<5).map { _ in Member() }
      for member in members { loop.add(member) }
      for i in [1, 4, 0] { loop.remove(members[i]) }
      loop.remove(members[0])
      loop.sweep()
      loop.add(members[1])
      loop.drain()
      return (members.map(\.seen.count), members.map(\.drained))
    }
    #expect(seen == [0, 0, 1, 1, 0])
    #expect(drained == [0, 1, 1, 1, 0])
  }

  /// Whoever leaves while the list is walked, nobody who stays is left out.
  @Test(arguments: 0..<5, 0..<5) func membersMayLeaveDuringARound(_ acting: Int, _ leaving: Int) async throws {
    let (seen, later) = try await onLoop { loop in
      let members = (0..<5).map { _ in Member() }
      for member in members { loop.add(member) }
      members[acting].onSweep = { [weak leaver = members[leaving]] in
        if let leaver { loop.remove(leaver) }
      }
      loop.sweep()
      let seen = members.map(\.seen.count)
      loop.sweep()
      return (seen, members[leaving].seen.count)
    }
    for i in 0..<5 where i != leaving { #expect(seen[i] >= 1) }
    #expect(later == seen[leaving])
  }

  /// Many are looked at in slices, so that others have their turn between them; whoever leaves in between leaves nobody
  /// out.
  @Test func manyAreSweptInSlices() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let sweeper = ConnectionSweeper(group: loop, everyMS: 100_000, clock: { 500 })
    let (members, first) = try await loop.submit {
      let swept = sweeper.loop(of: loop)
      let members = (0..<10 * SweptLoop.slice).map { _ in Member() }
      for member in members {
        swept.add(member)
        // Half of them leave when they are looked at.
        if member.sweepIndex % 2 == 0 { member.onSweep = { [weak member] in member.map { swept.remove($0) } } }
      }
      swept.sweep()
      return (NIOLoopBoundBox(members, eventLoop: loop), members.count { !$0.seen.isEmpty })
    }.get()
    #expect(first == SweptLoop.slice)
    #expect(try await eventually { try await loop.submit { members.value.allSatisfy { !$0.seen.isEmpty } }.get() })
    sweeper.stop()
  }

  /// Who asks something while many end gets the answer before the last of them has ended.
  @Test func socketsHaveTheirTurnBetweenSlices() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let listener = try await Listener.serve(TestService(), on: ["127.0.0.1:0"], group: group)
    let sweeper = ConnectionSweeper(group: group, everyMS: 100_000, clock: { 500 })
    let isDone = Atomic<Bool>(false)
    try await RawClient.with(port: listener.ports[0]) { client in
      client.send("GET /first HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(await client.waits(for: "GET /first 0"))
      try await loop.submit {
        let swept = sweeper.loop(of: loop)
        for _ in 0..<20 * SweptLoop.slice {
          let member = Member()
          member.onSweep = { _ = usleep(10_000) }
          swept.add(member)
        }
        swept.sweep { isDone.store(true, ordering: .relaxed) }
      }.get()
      client.send("GET /second HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(await client.waits(for: "GET /second 0"))
      let wasDone = isDone.load(ordering: .relaxed)
      #expect(!wasDone)
      #expect(await eventually { isDone.load(ordering: .relaxed) })
    }
    sweeper.stop()
    await listener.close(graceMS: 0)
    try await group.shutdownGracefully()
  }

  @Test func deadlinesAreNeverEarly() async throws {
    let deadline = try await onLoop { loop in
      loop.sweep()
      return loop.deadlineMS(after: 1_000)
    }
    #expect(deadline == 500 + 1_000 + 100)
  }

  @Test func goesRoundByItself() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let sweeper = ConnectionSweeper(group: loop, everyMS: 5)
    let member = NIOLoopBoundBox.makeBoxSendingValue(Member(), eventLoop: loop)
    try await loop.submit { sweeper.loop(of: loop).add(member.value) }.get()
    let seenThrice = try await eventually { try await loop.submit { member.value.seen.count >= 3 }.get() }
    #expect(seenThrice)
    sweeper.stop()
  }
}
