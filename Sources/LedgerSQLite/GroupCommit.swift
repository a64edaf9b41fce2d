import Dispatch
import GRDB
import Synchronization

/// Lets changes that wait at the same time share one transaction and so one sync.
///
/// Where a change throws, only it is undone and only its caller is told. Nothing waits for company: an idle writer
/// commits at once whatever is there, and what arrives meanwhile is the next batch.
///
/// Changes hardly ever throw, and a savepoint copies every page that is written under it. So a batch is made without any;
/// where one of it throws, the transaction is undone and all are made again, each in a savepoint of its own.
///
/// Where the disk has no room, `makeRoom` is asked for some; where it made room, what found none is tried once more.
///
/// A change may therefore run more than once, and leaves a trace of the last time only.
///
/// The queue holds `capacity` changes; further callers stand in line for a place. A caller asks for one change at a
/// time and is suspended until it is on disk, so the line is as long as there are callers.
final class GroupCommit: Sendable {
  /// The most changes that share one transaction.
  static let batch = 256
  /// The most changes that wait.
  static let capacity = 1_024

  private let pool: DatabasePool
  private let makeRoom: @Sendable () -> Bool
  private let didSync: @Sendable (_ microseconds: Int64) -> Void
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

  /// A writer of a ledger.
  ///
  /// - Parameters:
  ///   - pool: What it commits to.
  ///   - makeRoom: Called on the writer when the disk is full; says whether there is room now.
  ///   - didSync: Called on the writer after each commit that changed something, with how long it took until it was on
  ///     disk.
  ///   - didCommit: Called on the writer after each commit.
  init(
    _ pool: DatabasePool,
    makeRoom: @escaping @Sendable () -> Bool = { false },
    didSync: @escaping @Sendable (_ microseconds: Int64) -> Void = { _ in },
    didCommit: @escaping @Sendable (Database) -> Void
  ) {
    self.pool = pool
    self.makeRoom = makeRoom
    self.didSync = didSync
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
      commit(batch)
    }
  }

  /// Commits a batch and tells each member how it went.
  private func commit(_ batch: ArraySlice<Member>) {
    var rest = batch
    // What met a full disk is tried once more where room could be made; whether it can is asked once a batch.
    var hasRoom: Bool?
    while !rest.isEmpty {
      var attempt = Attempt()
      make(&rest, &attempt)
      var unlucky = attempt.settle()
      guard !unlucky.isEmpty else { continue }
      if hasRoom == nil { hasRoom = makeRoom() }
      guard hasRoom == true else {
        for (member, error) in unlucky { member.refuse(error) }
        continue
      }
      var again = ArraySlice(unlucky.map(\.0))
      while !again.isEmpty {
        attempt = Attempt()
        make(&again, &attempt)
        unlucky = attempt.settle()
        for (member, error) in unlucky { member.refuse(error) }
      }
    }
  }

  /// What became of the members of one transaction.
  private struct Attempt {
    var made: [(member: Member, tell: Tell)] = []
    var refused: [(member: Member, error: any Error)] = []
    /// Why nothing was committed.
    var failure: (any Error)?

    /// Tells the members how it went, but for those that met a full disk: they are given back.
    func settle() -> [(Member, any Error)] {
      var unlucky: [(Member, any Error)] = []
      for (member, error) in refused {
        if error.isForLackOfRoom { unlucky.append((member, error)) } else { member.refuse(error) }
      }
      for (member, tell) in made {
        if let failure, failure.isForLackOfRoom { unlucky.append((member, failure)) } else { tell(failure) }
      }
      return unlucky
    }
  }

  /// Makes as many of the rest as one transaction takes: all, unless storage trouble ends it in the middle.
  private func make(_ rest: inout ArraySlice<Member>, _ attempt: inout Attempt) {
    if rest.count > 1, makeTogether(rest, &attempt) {
      rest = []
    } else {
      makeApart(&rest, &attempt)
    }
  }

  /// Makes all in one transaction; false where one of them threw, and then nothing was made.
  private func makeTogether(_ batch: ArraySlice<Member>, _ attempt: inout Attempt) -> Bool {
    var oneThrew = false
    do {
      try transact { db in
        do {
          for member in batch { attempt.made.append((member, try member.make(db))) }
          return .commit
        } catch {
          oneThrew = true
          return .rollback
        }
      }
    } catch {
      attempt.failure = error
      // No transaction could be begun.
      if attempt.made.isEmpty { attempt.refused = batch.map { ($0, error) } }
    }
    if oneThrew { attempt = Attempt() }
    return !oneThrew
  }

  /// Makes each in a savepoint of its own, or the only one without.
  private func makeApart(_ rest: inout ArraySlice<Member>, _ attempt: inout Attempt) {
    let count = rest.count
    do {
      try transact { db in
        while let member = rest.first {
          do {
            let tell = try count == 1 ? member.make(db) : inSavepoint(of: db, member.make)
            rest.removeFirst()
            attempt.made.append((member, tell))
          } catch {
            rest.removeFirst()
            attempt.refused.append((member, error))
            // Alone, it is undone with its transaction. In company, SQLite may have ended the transaction of all by
            // itself (a full disk does that).
            if count == 1 || !db.isInsideTransaction { throw error }
          }
        }
        return .commit
      }
    } catch {
      attempt.failure = error
      // No transaction could be begun: the rest would fare no better.
      if rest.count == count { while let member = rest.popFirst() { attempt.refused.append((member, error)) } }
    }
  }

  /// Runs `body` in a transaction and tells of its commit.
  private func transact(_ body: (Database) throws -> Database.TransactionCompletion) throws {
    try pool.writeWithoutTransaction { db in
      let clock = SuspendingClock(), changes = db.totalChangesCount
      var committing: SuspendingClock.Instant?
      try db.inTransaction(.immediate) {
        let completion = try body(db)
        if completion == .commit { committing = clock.now }
        return completion
      }
      guard let committing else { return }
      // Where nothing changed, nothing was written.
      if db.totalChangesCount > changes { didSync(Int64((clock.now - committing) / .microseconds(1))) }
      didCommit(db)
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

extension Error {
  /// Whether the disk had no room: SQLite says so itself, or that writing or growing a file failed.
  fileprivate var isForLackOfRoom: Bool {
    guard let error = self as? DatabaseError else { return false }
    switch error.extendedResultCode {
    case .SQLITE_FULL, .SQLITE_IOERR_WRITE, .SQLITE_IOERR_SHMSIZE: return true
    default: return false
    }
  }
}
