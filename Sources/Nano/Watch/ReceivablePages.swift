import Coinslot
import Primitives

/// The final sends to an account that lie unclaimed, page after page, in the order of their hashes.
///
/// A node counts what it passes over before it looks at amounts. So each page begins `size` sends after the one before,
/// whatever that one listed: nothing is passed over, and what two pages list both is left out of the second.
struct ReceivablePages: Sendable {
  /// Sends asked for at once.
  static let size = 1_000

  private let rpc: NanoRPC
  private let key: Bytes32
  private let least: Amount
  private let limit: Int
  private var number = 0
  private var last: Set<Bytes32> = []
  private var isAtEnd = false
  /// Whether sends may lie there that no page listed.
  private(set) var isCut = false

  /// At most `limit` pages are asked for; amounts below `least` are left out.
  init(rpc: NanoRPC, key: Bytes32, least: Amount, limit: Int) {
    self.rpc = rpc
    self.key = key
    self.least = least
    self.limit = limit
  }

  /// The next sends, at most `size`; nil at the end, or where there are more than may be asked for.
  mutating func next() async throws(VerificationFailure) -> [ReceivableSend]? {
    while !isAtEnd {
      guard number < limit else {
        isAtEnd = true
        isCut = true
        return nil
      }
      let sends = try await page(threshold: least, count: Self.size, offset: number * Self.size)
      number += 1
      let new = sends.filter { !last.contains($0.hash) }
      if sends.count < Self.size {
        isAtEnd = true
      } else if new.isEmpty, try await ignoresOffset() {
        isAtEnd = true
        isCut = true
      }
      last = Set(sends.map(\.hash))
      let wanted = new.filter { $0.amount.map { $0 >= least } ?? true }
      if !wanted.isEmpty { return wanted }
    }
    return nil
  }

  /// Whether something below the least amount lies among the first sends.
  func hasDust() async throws(VerificationFailure) -> Bool {
    try await page(threshold: nil, count: Self.size, offset: 0).contains { $0.amount.map { $0 < least } ?? false }
  }

  /// Whether the node gives the first page whatever is to be passed over.
  private func ignoresOffset() async throws(VerificationFailure) -> Bool {
    try await !page(threshold: least, count: 1, offset: 1 << 40).isEmpty
  }

  private func page(
    threshold: Amount?,
    count: Int,
    offset: Int
  ) async throws(VerificationFailure) -> [ReceivableSend] {
    let options = ReceivableOptions(threshold: threshold, offset: offset == 0 ? nil : offset)
    let newer = ReceivableSends(account: key, count: count, options: options)
    let older = ReceivableSends(account: key, count: count, options: options, usesOldName: true)
    do {
      return try await rpc.ask(newer, orOlder: older)
    } catch {
      if case .refused(.accountNotFound) = error { return [] }
      throw VerificationFailure(error)
    }
  }
}
