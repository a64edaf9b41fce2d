package import Coinslot
import Synchronization

/// Turns hints into recorded payments: verify, decide, commit, once.
///
/// Hints wait in a bounded queue; the same payment is looked at by one worker at a time. A hint that is lost here
/// (queue full, too long unconfirmed, process killed) costs seconds: the re-read finds the payment.
package final class Till: SightingInbox, Sendable {
  /// Hints that may wait; past it `hear` answers `.full`.
  package static let capacity = 10_000
  /// How long an unconfirmed or unreachable payment is asked for before it is left to the re-read, milliseconds.
  package static let patienceMS: Int64 = 600_000
  static let workers = 16

  private struct Entry {
    let sighting: Sighting
    let sinceMS: Int64
    var attempts = 0
    var dueMS: Int64
  }
  private struct Queue {
    var ready: [Entry] = []
    var head = 0
    var delayed: [Entry] = []
    var known: Set<PaymentID> = []

    mutating func pop() -> Entry? {
      guard head < ready.count else {
        ready.removeAll(keepingCapacity: true)
        head = 0
        return nil
      }
      // Under a load that never pauses, what was taken must not pile up before what waits.
      if head >= Till.capacity {
        ready.removeFirst(head)
        head = 0
      }
      defer { head += 1 }
      return ready[head]
    }
  }

  private let queue = Mutex(Queue())
  private let bell = Bell()
  private let detected: @Sendable (Sighting) -> Void
  private let counter: Counter
  private let clock: any Clock
  private let missed: @Sendable (Chain) -> Void

  /// A till whose hints go over `counter`.
  ///
  /// `detected` is told each new hint at once, for pages that say "seen"; `missed` when a source may have lost some.
  package init(
    counter: Counter,
    detected: @escaping @Sendable (Sighting) -> Void,
    clock: any Clock,
    missed: @escaping @Sendable (Chain) -> Void
  ) {
    self.counter = counter
    self.detected = detected
    self.clock = clock
    self.missed = missed
  }

  package func hear(_ sighting: Sighting) -> Hearing {
    let now = clock.nowMS
    let hearing: Hearing = queue.withLock { queue in
      if queue.known.contains(sighting.id) { return .merged }
      guard queue.known.count < Self.capacity else { return .full }
      queue.known.insert(sighting.id)
      queue.ready.append(Entry(sighting: sighting, sinceMS: now, dueMS: now))
      return .queued
    }
    if hearing == .queued {
      detected(sighting)
      bell.ring()
    }
    return hearing
  }

  package func missedSome(of chain: Chain) { missed(chain) }

  /// Works until cancelled.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<Self.workers { group.addTask { await self.work() } }
      group.addTask { await self.wakeDelayed() }
    }
  }

  private func work() async {
    while !Task.isCancelled {
      let rings = bell.rings
      guard let entry = queue.withLock({ $0.pop() }) else {
        await bell.wait(past: rings)
        continue
      }
      let result = await counter.examine(entry.sighting)
      finish(entry, result)
    }
  }

  private func finish(_ entry: Entry, _ result: Counter.Result) {
    let now = clock.nowMS
    queue.withLock { queue in
      guard case .later = result, now - entry.sinceMS < Self.patienceMS else {
        queue.known.remove(entry.sighting.id)
        return
      }
      var again = entry
      again.attempts += 1
      again.dueMS = now + min(500 << Int64(min(again.attempts, 5)), 15_000)
      queue.delayed.append(again)
    }
  }

  /// One timer for all that wait for their next try.
  private func wakeDelayed() async {
    while !Task.isCancelled {
      await clock.pause(forMS: 250)
      let now = clock.nowMS
      let woken = queue.withLock { queue in
        let due = queue.delayed.filter { $0.dueMS <= now }
        if !due.isEmpty {
          queue.delayed.removeAll { $0.dueMS <= now }
          queue.ready.append(contentsOf: due)
        }
        return !due.isEmpty
      }
      if woken { bell.ring() }
    }
  }
}
