package import Coinslot
import Synchronization

/// The ledger's promise kept in memory: for tests that need thousands of ledgers, or one whose commits fail on request.
///
/// Every call passes `hooks` before and after the moment it counts, so that a test can hold it up, let it fail, or end
/// the server there.
///
/// ## On failure
/// What a call committed before its caller died is there for the next ledger over the same `MemoryDisk`.
package final class MemoryLedger: Ledger {
  /// What it is kept on.
  package let disk: MemoryDisk
  let entropy: any Entropy
  private let bell: Bell?
  let hooks: MemoryLedgerHooks

  /// A ledger over what the disk holds.
  package init(
    _ disk: MemoryDisk,
    entropy: any Entropy,
    bell: Bell? = nil,
    hooks: MemoryLedgerHooks = MemoryLedgerHooks()
  ) {
    self.disk = disk
    self.entropy = entropy
    self.bell = bell
    self.hooks = hooks
  }

  /// Makes one change: all of it or, where `body` throws, nothing.
  func change<T: Sendable>(
    _ name: StaticString,
    _ body: @Sendable (inout MemoryBooks) throws -> sending T
  ) async throws -> T {
    try await hooks.before(name, true)
    let before = disk.newestEvent
    let result = try disk.change(body)
    if let bell, disk.newestEvent != before { bell.ring() }
    try await hooks.after(name, true)
    return result
  }

  /// Reads what is committed now.
  func read<T: Sendable>(
    _ name: StaticString,
    _ body: @Sendable (MemoryBooks) throws -> sending T
  ) async throws -> T {
    try await hooks.before(name, false)
    let result = try disk.read(body)
    try await hooks.after(name, false)
    return result
  }
}

/// What a test puts around the calls of a `MemoryLedger`.
package struct MemoryLedgerHooks: Sendable {
  /// Around a call: its name, and whether it changes anything.
  package typealias Hook = @Sendable (_ name: StaticString, _ isChange: Bool) async throws -> Void

  /// Before the moment it counts; what it throws the call throws, with nothing changed.
  package var before: Hook
  /// After it; what it throws the call throws, though it counted: only for a caller that dies there.
  package var after: Hook
  /// What an admission asks for, once `before` let it pass: for a fault that acts too early.
  package var admitting: @Sendable (AdmissionRequest) async -> Void

  /// Nothing around, unless told otherwise.
  package init(
    before: @escaping Hook = { _, _ in },
    after: @escaping Hook = { _, _ in },
    admitting: @escaping @Sendable (AdmissionRequest) async -> Void = { _ in }
  ) {
    self.before = before
    self.after = after
    self.admitting = admitting
  }
}

/// What survives when a `MemoryLedger` ends: the committed books, and the copies made of them.
package final class MemoryDisk: Sendable {
  private let books: Mutex<MemoryBooks>
  private let copies = Mutex<[String: MemoryBooks]>([:])

  /// A disk that holds these books; fresh ones unless told otherwise.
  package init(_ books: MemoryBooks = MemoryBooks()) { self.books = Mutex(books) }

  /// The committed books.
  package var committed: MemoryBooks { books.withLock { $0 } }
  /// Puts other books in place, as a restore would.
  package func replace(with new: MemoryBooks) { books.withLock { $0 = new } }
  /// A copy made by `backUp`; nil where there is none of that name.
  package func copy(named name: String) -> MemoryBooks? { copies.withLock { $0[name] } }

  var newestEvent: Int64 { books.withLock { $0.newestEvent } }

  func change<T: Sendable>(_ body: @Sendable (inout MemoryBooks) throws -> sending T) throws -> T {
    try books.withLock { books in
      books.changed = []
      books.lastRecorded = []
      return try body(&books)
    }
  }

  func read<T: Sendable>(_ body: @Sendable (MemoryBooks) throws -> sending T) throws -> T {
    try books.withLock { try body($0) }
  }

  func keepCopy(named name: String) throws {
    let now = committed
    try copies.withLock { copies in
      guard copies[name] == nil else { throw LedgerError.notWritable("\(name) exists; choose a name that is free") }
      copies[name] = now
    }
  }
}
