@testable import Lightning
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventPipeTests {
  @Test func nothingIsLostAndNothingChangesPlaces() async throws {
    let pipe = EventPipe<Int>(capacity: 3)
    let writer = Task {
      for number in 0..<2_000 {
        await pipe.put(number)
        if number % 7 == 0 { await Task.yield() }
      }
      pipe.end(.away("done"))
    }
    var found: [Int] = []
    var waits = 0
    loop: while true {
      waits += 1
      switch await pipe.next(withinMS: Int64(waits % 3)) {
      case .event(let number): found.append(number)
      case .silent: continue
      case .ended(let failure):
        #expect(failure == .away("done"))
        break loop
      }
    }
    #expect(found == Array(0..<2_000))
    await writer.value
  }

  /// An event in the very moment in which the reader gives up is read the next time.
  @Test func nothingIsLostWhereAWaitEnds() async throws {
    let pipe = EventPipe<Int>(capacity: 3)
    let writer = Task {
      for number in 0..<500 {
        try? await Task.sleep(for: .milliseconds(1))
        await pipe.put(number)
      }
      pipe.end(.away("done"))
    }
    var found: [Int] = []
    loop: while true {
      switch await pipe.next(withinMS: 1) {
      case .event(let number): found.append(number)
      case .silent: continue
      case .ended: break loop
      }
    }
    #expect(found == Array(0..<500))
    await writer.value
  }

  @Test func aFullOneHoldsTheWriter() async throws {
    let pipe = EventPipe<Int>(capacity: 2)
    let written = Mutex(0)
    let writer = Task {
      for number in 1...5 {
        await pipe.put(number)
        written.withLock { $0 = number }
      }
    }
    // The second put returns only once there is room for a third.
    #expect(try await eventually { written.withLock { $0 } == 1 })
    guard case .event(1) = await pipe.next(withinMS: 0) else {
      Issue.record("no first event")
      return
    }
    #expect(try await eventually { written.withLock { $0 } == 2 })
    writer.cancel()
    // A cancelled writer waits for nobody.
    await writer.value
    #expect(written.withLock { $0 } == 5)
  }

  @Test func theEndIsToldAgainAndAgainAndTheFirstReasonStays() async {
    let pipe = EventPipe<Int>(capacity: 2)
    pipe.end(.away("first"))
    pipe.end(.refused("second"))
    await pipe.put(1)
    for _ in 0..<2 {
      guard case .ended(.away("first")) = await pipe.next(withinMS: 10) else {
        Issue.record("another end")
        return
      }
    }
  }

  @Test func aCancelledReaderWaitsNoLonger() async {
    let pipe = EventPipe<Int>(capacity: 2)
    let reader = Task { await pipe.next(withinMS: 60_000) }
    reader.cancel()
    guard case .silent = await reader.value else {
      Issue.record("it heard something")
      return
    }
  }
}
