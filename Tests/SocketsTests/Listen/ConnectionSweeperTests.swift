import NIOCore
import NIOPosix
import Testing

@testable import Sockets

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
