import Coinslot
import Lightning
import Primitives
import Synchronization
import TestKit

/// A process that dies at one of its steps: from then on nothing it does comes to an end.
final class Death: Sendable {
  private let steps = Mutex<(left: Int?, isDead: Bool)>((nil, false))
  private let bell = Bell()

  /// Dies after so many steps from now.
  func come(after count: Int) { steps.withLock { $0.left = count } }

  var isDead: Bool { steps.withLock { $0.isDead } }

  /// Returns at the moment of death.
  func wait() async {
    while !isDead, !Task.isCancelled {
      let rings = bell.rings
      if !isDead { await bell.wait(past: rings) }
    }
  }

  /// One step; false, after the task was cancelled, where the process is dead.
  func step() async -> Bool {
    let goesOn = steps.withLock { steps in
      guard !steps.isDead, let left = steps.left else { return !steps.isDead }
      steps.left = left - 1
      steps.isDead = left <= 1
      return !steps.isDead
    }
    if goesOn { return true }
    bell.ring()
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
    return false
  }

  /// A step before and after every call of the ledger: before and after the moment it counts.
  var hooks: MemoryLedgerHooks {
    MemoryLedgerHooks(
      before: { _, _ in if await !self.step() { throw CancellationError() } },
      after: { _, _ in if await !self.step() { throw CancellationError() } }
    )
  }
}

/// A node whose client can die before and after every call.
struct MortalNode: LightningNode {
  let node: any LightningNode
  let death: Death

  private func living<T: Sendable>(
    _ call: () async throws(NodeFailure) -> T
  ) async throws(NodeFailure) -> T {
    guard await death.step() else { throw .away("died") }
    let result = try await call()
    guard await death.step() else { throw .away("died") }
    return result
  }

  func facts() async throws(NodeFailure) -> NodeFacts {
    try await living { () async throws(NodeFailure) in try await node.facts() }
  }
  func makeInvoice(_ wish: InvoiceWish) async throws(NodeFailure) -> NodeInvoice {
    try await living { () async throws(NodeFailure) in try await node.makeInvoice(wish) }
  }
  func invoice(paying hash: Bytes32) async throws(NodeFailure) -> NodeInvoice? {
    try await living { () async throws(NodeFailure) in try await node.invoice(paying: hash) }
  }
  func paid(after cursor: UInt64, most: Int) async throws(NodeFailure) -> [NodeInvoice] {
    try await living { () async throws(NodeFailure) in try await node.paid(after: cursor, most: most) }
  }
  func nextPaid(after cursor: UInt64, seconds: Int) async throws(NodeFailure) -> NodeInvoice? {
    try await living { () async throws(NodeFailure) in try await node.nextPaid(after: cursor, seconds: seconds) }
  }
  func newestCursor() async throws(NodeFailure) -> UInt64 {
    try await living { () async throws(NodeFailure) in try await node.newestCursor() }
  }
}
