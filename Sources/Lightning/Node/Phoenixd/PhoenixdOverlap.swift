import Primitives

/// Which of the payments around a cursor are next, where the order is that of a clock.
///
/// Clocks are set back, and two payments may have the same millisecond: so the last minute before the cursor is looked
/// at as well, and what appears there since the first look is next too, once and without a cursor.
///
/// ## On failure
/// Not persisted: what lies before the cursor at the first look counts as told. A payment that came while nobody looked
/// and with an older time is found only by its hash.
struct PhoenixdOverlap: Sendable {
  static let reachMS: UInt64 = 60_000

  private var cursor: UInt64?
  private var known: Set<Bytes32> = []

  init() {}

  /// From where on payments are to be read for a cursor.
  static func start(for cursor: UInt64) -> UInt64 { cursor > reachMS ? cursor - reachMS : 0 }

  /// The next one after a cursor, of all payments after its `start`, the oldest first.
  mutating func next(after cursor: UInt64, of payments: [NodeInvoice]) -> NodeInvoice? {
    let older = payments.filter { $0.cursor.map { $0 <= cursor } ?? false }
    let isFirstLook = self.cursor.map { cursor < $0 } ?? true
    if isFirstLook { known.formUnion(older.map(\.paymentHash)) }
    self.cursor = cursor
    known.formIntersection(payments.map(\.paymentHash))
    if var late = older.first(where: { !known.contains($0.paymentHash) }) {
      known.insert(late.paymentHash)
      late.cursor = nil
      return late
    }
    guard let newer = payments.first(where: { ($0.cursor ?? 0) > cursor }) else { return nil }
    known.insert(newer.paymentHash)
    return newer
  }
}
