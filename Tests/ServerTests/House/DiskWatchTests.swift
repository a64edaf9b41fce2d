import Coinslot
import Engine
import Synchronization
import TestKit
import Testing

@testable import Server

@Suite("Disk watch") struct DiskWatchTests {
  private func watch(
    _ free: @escaping @Sendable () -> Int64?,
    _ obstacles: Obstacles,
    plenty: @escaping @Sendable () async -> Void = {}
  ) -> DiskWatch {
    DiskWatch(
      limits: Config.Disk(),
      obstacles: obstacles,
      clock: TestClock(),
      log: quietLog,
      plenty: plenty,
      look: { free().map { FreeSpace(free: $0, total: 100_000_000_000) } }
    )
  }

  @Test func aFullDiskStopsSalesUntilThereIsRoomToSpare() async {
    let obstacles = Obstacles(), free = Mutex<Int64>(600_000_000), reserves = Mutex(0)
    let watch = watch({ free.withLock { $0 } }, obstacles) { reserves.withLock { $0 += 1 } }
    await watch.lookOnce()
    #expect(obstacles.against(.nanoSim) == nil && reserves.withLock { $0 } == 1)
    free.withLock { $0 = 499_999_999 }
    await watch.lookOnce()
    #expect(obstacles.against(.nanoSim)?.contains("499.9 MB are free") == true)
    #expect(obstacles.againstRecording(on: .nanoSim) == nil, "what was paid is still recorded")
    free.withLock { $0 = 510_000_000 }
    await watch.lookOnce()
    #expect(obstacles[.disk] != nil && reserves.withLock { $0 } == 1, "at the limit nothing flutters")
    free.withLock { $0 = 550_000_000 }
    await watch.lookOnce()
    #expect(obstacles[.disk] == nil && reserves.withLock { $0 } == 2)
  }

  @Test func atTheLimitItselfAllIsWell() async {
    let obstacles = Obstacles()
    await watch({ 500_000_000 }, obstacles).lookOnce()
    #expect(obstacles[.disk] == nil)
  }

  @Test func aDiskThatDoesNotSayChangesNothing() async {
    let obstacles = Obstacles()
    await watch({ nil }, obstacles).lookOnce()
    #expect(obstacles[.disk] == nil)
    obstacles[.disk] = "full"
    await watch({ nil }, obstacles).lookOnce()
    #expect(obstacles[.disk] == "full")
  }

  @Test func aCommitWithoutRoomStopsSalesForAWhile() async {
    let obstacles = Obstacles(), clock = TestClock()
    let watch = DiskWatch(
      limits: Config.Disk(),
      obstacles: obstacles,
      clock: clock,
      log: quietLog,
      plenty: {},
      look: { FreeSpace(free: 50_000_000_000, total: 100_000_000_000) }
    )
    watch.noteFull()
    #expect(obstacles[.disk]?.contains("quota") == true)
    clock.advance(DiskWatch.fullMS - 1)
    await watch.lookOnce()
    #expect(obstacles[.disk] != nil)
    clock.advance(1)
    await watch.lookOnce()
    #expect(obstacles[.disk] == nil)
  }

  @Test func theSystemIsAsked() throws {
    let space = try #require(FreeSpace(of: "/tmp"))
    #expect(space.total > 0 && space.free >= 0 && space.free <= space.total)
    #expect(FreeSpace(of: "/nonexistent") == nil)
  }

  @Test(arguments: [(999, "0.9 kB"), (1_449_999_999, "1.4 GB"), (500_000_000, "500.0 MB")] as [(Int64, String)])
  func sizesAreReadable(_ bytes: Int64, _ text: String) { #expect(SizeText.rough(bytes) == text) }
}
