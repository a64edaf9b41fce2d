import Cryptography
import NIOHTTP1
package import Primitives
import Synchronization

extension LNDNode: HoldInvoices {
  static let maxWatched = 32

  package func makeHold(_ wish: HoldWish) async throws(NodeFailure) -> HoldInvoice {
    try await add(LNDPath.hold, LNDAddHoldInvoice(wish).body) { bytes throws(LNDRefusal) in
      _ = try LNDJSON.object(bytes)
    }
    guard let made = try await look(wish.paymentHash) else {
      throw .away("LND does not know an invoice that it has just made")
    }
    try Self.compare(made, msat: wish.msat, wish.description, "the hold invoice \(wish.paymentHash.hex())")
    var hold = made.holdInvoice
    hold.invoice.description = wish.description.whole
    return hold
  }

  package func settle(_ preimage: Bytes32) async throws(NodeFailure) {
    let hash = Sodium.SHA256.hash(preimage.bytes)
    try await decide(.settle(preimage), hash, LNDPath.settle, wanted: .settled)
  }

  package func cancel(_ hash: Bytes32) async throws(NodeFailure) {
    try await decide(.cancel(hash), hash, LNDPath.cancel, wanted: .canceled)
  }

  package func hold(_ hash: Bytes32) async throws(NodeFailure) -> HoldInvoice? { try await look(hash)?.holdInvoice }

  package func subscribe(
    _ hash: Bytes32,
    after state: NodeInvoice.State,
    seconds: Int
  ) async throws(NodeFailure) -> HoldInvoice? {
    let isFree = watched.withLock { count in
      guard count < Self.maxWatched else { return false }
      count += 1
      return true
    }
    guard isFree else { throw .away("\(Self.maxWatched) hold invoices are watched at once, no more") }
    defer { watched.withLock { $0 -= 1 } }
    let stream = LNDStream(LNDPath.states(of: hash), door: door)
    let deadline = ContinuousClock.now + .seconds(min(max(seconds, 0), 60))
    while !Task.isCancelled {
      let left = ContinuousClock.now.duration(to: deadline).components
      let leftMS = max(0, left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000)
      switch await stream.pipe.next(withinMS: leftMS) {
      case .event(let invoice):
        guard invoice.hash == hash else { throw .garbled("LND's stream tells of another invoice than asked for") }
        let hold = invoice.holdInvoice
        if hold.invoice.state != state { return hold }
      case .silent: if leftMS == 0 { return nil }
      case .ended(let failure): throw failure
      }
    }
    return nil
  }

  /// Has the node do something, and looks where it says no: what is so already is success.
  private func decide(
    _ decision: LNDHoldDecision,
    _ hash: Bytes32,
    _ path: String,
    wanted: LNDInvoice.State
  ) async throws(NodeFailure) {
    let trouble: LNDDoor.Trouble
    do throws(LNDDoor.Trouble) {
      return try await door.ask(.POST, path, body: decision.body) { bytes throws(LNDRefusal) in
        _ = try LNDJSON.object(bytes)
      }
    } catch {
      trouble = error
    }
    if case .failure(.refused(let why)) = trouble { throw .refused(why) }
    guard let found = try await look(hash) else { throw .conflict("LND does not know the hold invoice \(hash.hex())") }
    switch (found.state, wanted) {
    case (wanted, _): return
    case (.open, .settled): throw .conflict("nothing is held on the invoice \(hash.hex()) yet")
    case (.canceled, _): throw .conflict("the invoice \(hash.hex()) was cancelled")
    case (.settled, _): throw .conflict("the invoice \(hash.hex()) was settled")
    default: throw trouble.failure
    }
  }
}
