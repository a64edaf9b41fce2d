import Dispatch
import GRDB
import Synchronization

/// Lets changes that wait at the same time share one transaction and so one sync.
///
/// Each change runs in a savepoint of its own: where it throws, only it is undone and only its caller is told. Nothing
/// waits for company: an idle writer commits at once whatever is there, and what arrives meanwhile is the next batch.
///
/// The queue holds `capacity` changes; further callers stand in line for a place. A caller asks for one change at a
/// time and is suspended until it is on disk, so the line is as long as there are callers.
final class GroupCommit: Sendable {
  /// The most changes that share one transaction.
  static let batch = 256
  /// The most changes that wait.
  static let capacity = 1_024

  private let pool: DatabasePool
  private let didCommit: @Sendable (Database) -> Void
  private let queue = DispatchQueue(label: "coinslot.ledger.writer", qos: .userInitiated)
  private let state = Mutex(State())

  /// Tells the caller of a change that was made how the commit went.
  private typealias Tell = ((any Error)?) -> Void

  private struct Member: Sendable {
    let make: @Sendable (Database) throws -> Tell
    let refuse: @Sendable (any Error) -> Void
  }

  private struct State {
    var waiting: [Member] = []
    /// Places taken in the queue: by members, or by callers who were just let in.
    var places = 0
    var line: [CheckedContinuation<Void, Never>] = []
    var isRunning = false
    var isClosed = false
  }

  /// The writer is closed.
  struct Closed: Error {}

  /// Commits to `pool`; `didCommit` is called on the writer after each commit.
  init(_ pool: DatabasePool, didCommit: @escaping @Sendable (Database) -> Void) {
    self.pool = pool
    self.didCommit = didCommit
  }

  /// Makes a change and returns when it has been synced.
  ///
  /// - Throws: What `body` throws, or why the commit failed; nothing was changed then.
  func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
    await takePlace()
    return try await withCheckedThrowingContinuation { continuation in
      enqueue(
        Member(
          make: { db in
            let value = try body(db)
            return { error in
              if let error { continuation.resume(throwing: error) } else { continuation.resume(returning: value) }
            }
          },
          refuse: { continuation.resume(throwing: $0) }
        )
      )
    }
  }

  /// Refuses new changes and returns when those before are done.
  func close() async {
    state.withLock { $0.isClosed = true }
    await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
  }
}

extension GroupCommit {
  private func takePlace() async {
    await withCheckedContinuation { continuation in
      let isIn = state.withLock { state in
        guard state.places >= Self.capacity else {
          state.places += 1
          return true
        }
        state.line.append(continuation)
        return false
      }
      if isIn { continuation.resume() }
    }
  }

  private func enqueue(_ member: Member) {
    enum Next { case refuse, wait, start }
    let next = state.withLock { state -> Next in
      guard !state.isClosed else { return .refuse }
      state.waiting.append(member)
      defer { state.isRunning = true }
      return state.isRunning ? .wait : .start
    }
    switch next {
    case .refuse:
      leave(1)
      member.refuse(Closed())
    case .wait: break
    case .start: queue.async { self.drain() }
    }
  }

  /// Gives places back, to those who stand in line first.
  private func leave(_ count: Int) {
    let admitted = state.withLock { state in
      let admitted = state.line.prefix(count)
      state.line.removeFirst(admitted.count)
      state.places -= count - admitted.count
      return admitted
    }
    for continuation in admitted { continuation.resume() }
  }

  private func drain() {
    while true {
      let batch = state.withLock { state in
        let batch = state.waiting.prefix(Self.batch)
        state.waiting.removeFirst(batch.count)
        if batch.isEmpty { state.isRunning = false }
        return batch
      }
      if batch.isEmpty { return }
      leave(batch.count)
      var rest = batch
      while !rest.isEmpty { commit(&rest) }
    }
  }

  /// Commits as many of the batch as one transaction takes: all, unless storage trouble ends it in the middle.
  private func commit(_ rest: inout ArraySlice<Member>) {
    let count = rest.count
    var made: [Tell] = []
    do {
      try pool.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          while let member = rest.first {
            do {
              let tell = try count == 1 ? member.make(db) : inSavepoint(of: db, member.make)
              rest.removeFirst()
              made.append(tell)
            } catch {
              rest.removeFirst()
              member.refuse(error)
              // Alone, it is undone with its transaction. In company, SQLite may have ended the transaction of all by
              // itself (a full disk does that).
              if count == 1 || !db.isInsideTransaction { throw error }
            }
          }
          return .commit
        }
        didCommit(db)
      }
      for tell in made { tell(nil) }
    } catch {
      for tell in made { tell(error) }
      // No transaction could be begun: the rest would fare no better.
      if rest.count == count { while let member = rest.popFirst() { member.refuse(error) } }
    }
  }

  private func inSavepoint(of db: Database, _ make: (Database) throws -> Tell) throws -> Tell {
    var made: Tell?
    try db.inSavepoint {
      made = try make(db)
      return .commit
    }
    guard let made else { throw Closed() }
    return made
  }
}
