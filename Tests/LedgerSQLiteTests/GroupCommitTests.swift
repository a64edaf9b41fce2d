import Coinslot
import TestKit
import Testing

@testable import LedgerSQLite

/// Changes that wait together share a sync, and nothing else.
@Suite struct GroupCommitTests {
  let folders = Folders()

  @Test func commitsACrowdInFewTransactions() async throws {
    let ledger = try folders.open(folders.fresh())
    let commits = Shared(0)
    let group = GroupCommit(ledger.pool) { _ in commits.change { $0 += 1 } }
    // More than the queue holds, so that callers stand in line.
    let crowd = GroupCommit.capacity * 2 + 100
    let answers = try await withThrowingTaskGroup(of: Int.self) { tasks in
      for number in 0..<crowd {
        tasks.addTask {
          try await group.write { db in
            try Tables(db).keep(setting: "\(number)", "x")
            return number
          }
        }
      }
      return try await tasks.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(answers == Set(0..<crowd))
    let count = commits.value
    #expect(count >= crowd / GroupCommit.batch && count <= crowd / 4, "\(count) commits")
    for number in [0, crowd / 2, crowd - 1] { #expect(try await ledger.setting("\(number)") == "x") }
  }

  @Test func commitsAtOnceWhenAlone() async throws {
    let ledger = try folders.open(folders.fresh())
    let commits = Shared(0)
    let group = GroupCommit(ledger.pool) { _ in commits.change { $0 += 1 } }
    for number in 1...5 {
      try await group.write { db in try Tables(db).keep(setting: "\(number)", "x") }
      #expect(commits.value == number)
    }
  }

  @Test func undoesOnlyTheMemberThatFails() async throws {
    struct Failure: Error, Equatable { let number: Int }
    let ledger = try folders.open(folders.fresh())
    let group = GroupCommit(ledger.pool) { _ in }
    let failures = await withTaskGroup(of: Failure?.self) { tasks in
      for number in 0..<300 {
        tasks.addTask {
          do {
            try await group.write { db in
              try Tables(db).keep(setting: "\(number)", "x")
              if number % 3 == 0 { throw Failure(number: number) }
            }
            return nil
          } catch {
            return error as? Failure
          }
        }
      }
      return await tasks.reduce(into: [Int]()) { if let failure = $1 { $0.append(failure.number) } }
    }
    #expect(Set(failures) == Set(stride(from: 0, to: 300, by: 3)))
    for number in 0..<300 {
      #expect(try await ledger.setting("\(number)") == (number % 3 == 0 ? nil : "x"), "\(number)")
    }
  }

  /// A batch in which one throws is made again, and what was made the first time is gone without a trace.
  @Test func leavesOneTraceOfAChangeThatRanTwice() async throws {
    struct Failure: Error {}
    let ledger = try folders.open(folders.fresh())
    let group = GroupCommit(ledger.pool) { _ in }
    let before = try await ledger.newestEvent()
    let runs = Shared(0), kept = Shared<Set<String>>([])
    await withTaskGroup { tasks in
      for number in 0..<300 {
        tasks.addTask {
          try? await group.write { db in
            runs.change { $0 += 1 }
            try Tables(db).append(EventDraft(type: "\(number)", data: "{}"), atMS: 1)
            if number % 3 == 0 { throw Failure() }
          }
          if number % 3 != 0 { kept.change { $0.insert("\(number)") } }
        }
      }
    }
    #expect(runs.value > 300)
    let events = try #require(try await ledger.events(after: before, limit: 1_000))
    #expect(events.map(\.draft.type).sorted() == kept.value.sorted())
    #expect(events.map(\.sequence) == (1...200).map { before + $0 })
  }

  @Test func runsAChangeOnceWhereNoneThrows() async throws {
    let ledger = try folders.open(folders.fresh())
    let group = GroupCommit(ledger.pool) { _ in }
    let runs = Shared(0)
    try await withThrowingTaskGroup { tasks in
      for number in 0..<300 {
        tasks.addTask {
          try await group.write { db in
            runs.change { $0 += 1 }
            try Tables(db).keep(setting: "\(number)", "x")
          }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(runs.value == 300)
  }

  @Test func tellsHowLongEachCommitTook() async throws {
    struct Failure: Error {}
    let times = Shared<[Int64]>([])
    let ledger = try SQLiteLedger(
      folder: folders.fresh(),
      entropy: Chance(),
      didSync: { time in times.change { $0.append(time) } }
    )
    // What was done to open it is no change.
    #expect(times.value == [])
    let clock = SuspendingClock(), began = clock.now
    for number in 1...5 {
      try await ledger.keep(setting: "a", "\(number)")
      #expect(times.value.count == number)
    }
    let passed = Int64((clock.now - began) / .microseconds(1))
    #expect(times.value.allSatisfy { $0 > 0 } && times.value.reduce(0, +) <= passed, "\(times.value) of \(passed)")
    // What changes nothing is not synced; what was undone was not committed.
    _ = try await ledger.expireQuotes(nowMS: 1)
    await #expect(throws: Failure.self) { try await ledger.change { _ in throw Failure() } }
    #expect(times.value.count == 5)
  }

  @Test func undoesAFailureAlone() async throws {
    struct Failure: Error {}
    let ledger = try folders.open(folders.fresh())
    let group = GroupCommit(ledger.pool) { _ in }
    await #expect(throws: Failure.self) {
      try await group.write { db in
        try Tables(db).keep(setting: "a", "x")
        throw Failure()
      }
    }
    #expect(try await ledger.setting("a") == nil)
    try await group.write { db in try Tables(db).keep(setting: "a", "y") }
    #expect(try await ledger.setting("a") == "y")
  }

  /// SQLite gives up the transaction of all in the middle of a batch: those before are told, those after go on.
  @Test func survivesTheEndOfAWholeTransaction() async throws {
    let ledger = try folders.open(folders.fresh())
    let group = GroupCommit(ledger.pool) { _ in }
    let kept = Shared<Set<Int>>([])
    let lost = Shared<Set<Int>>([])
    await withTaskGroup { tasks in
      for number in 0..<120 {
        tasks.addTask {
          do {
            try await group.write { db in
              try Tables(db).keep(setting: "\(number)", "x")
              if number == 60 { try Tables(db).run("ROLLBACK") }
            }
            kept.change { $0.insert(number) }
          } catch {
            lost.change { $0.insert(number) }
          }
        }
      }
    }
    let (good, bad) = (kept.value, lost.value)
    #expect(good.count + bad.count == 120)
    #expect(bad.contains(60))
    for number in 0..<120 {
      #expect(try await ledger.setting("\(number)") == (good.contains(number) ? "x" : nil), "\(number)")
    }
    try await group.write { db in try Tables(db).keep(setting: "after", "x") }
    #expect(try await ledger.setting("after") == "x")
  }

  @Test func finishesWhatWaitsBeforeItCloses() async throws {
    let ledger = try folders.open(folders.fresh())
    let group = GroupCommit(ledger.pool) { _ in }
    let outcomes = Shared<[String: Bool]>([:])
    await withTaskGroup { tasks in
      for number in 0..<GroupCommit.capacity + 200 {
        tasks.addTask {
          do {
            try await group.write { db in try Tables(db).keep(setting: "\(number)", "x") }
            outcomes.change { $0["\(number)"] = true }
          } catch {
            outcomes.change { $0["\(number)"] = error is GroupCommit.Closed ? false : nil }
          }
        }
      }
      tasks.addTask { await group.close() }
    }
    let found = outcomes.value
    #expect(found.count == GroupCommit.capacity + 200)
    for (name, isKept) in found { #expect(try await ledger.setting(name) == (isKept ? "x" : nil), "\(name)") }
    await #expect(throws: GroupCommit.Closed.self) { try await group.write { _ in } }
  }
}
