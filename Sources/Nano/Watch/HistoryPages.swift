import Coinslot
import Primitives

/// The blocks of an account's own chain between two places, read forward, page after page.
struct HistoryPages: Sendable {
  /// Blocks asked for at once.
  static let size = 500

  private let rpc: NanoRPC
  private let key: Bytes32
  private let end: NanoCursor
  private var left: Int
  private var head: Bytes32?
  private var isAtEnd: Bool
  /// The place up to which every block was given.
  private(set) var reached: NanoCursor
  /// Why not every block was given.
  private(set) var gap: String?

  /// At most `limit` pages are asked for.
  init(rpc: NanoRPC, key: Bytes32, from start: NanoCursor, to end: NanoCursor, limit: Int) {
    self.rpc = rpc
    self.key = key
    self.end = end
    left = limit
    head = start.head.isZero ? nil : start.head
    reached = start
    isAtEnd = false
    if end.height < start.height {
      // The node knows less of our chain than it did: swapped, restored, or behind. Keep our place.
      gap = "the node's history of the account ends at \(end.height), before the \(start.height) already read"
      isAtEnd = true
    } else if end.height == start.height {
      if end.head != start.head {
        gap = "the node has another block \(start.height) in the account's history than the one already read"
      }
      isAtEnd = true
    }
  }

  /// The next blocks, at most `size`; nil at the end, or where `gap` says why it ends early.
  mutating func next() async throws(VerificationFailure) -> [AccountHistory.Entry]? {
    guard !isAtEnd else { return nil }
    guard left > 0 else {
      gap = "the account's history was read up to block \(reached.height) of \(end.height); the rest comes next time"
      isAtEnd = true
      return nil
    }
    left -= 1
    let reply: AccountHistory.Reply
    do {
      reply = try await rpc.ask(AccountHistory(account: key, count: Self.size, head: head, reverse: true))
    } catch {
      throw VerificationFailure(error)
    }
    let entries = reply.entries.filter { $0.height > reached.height && $0.height <= end.height }
    if let last = entries.last { reached = NanoCursor(height: last.height, head: last.hash) }
    if reached.height >= end.height {
      isAtEnd = true
    } else if let next = reply.next, next != head {
      head = next
    } else {
      gap = "the node's history of the account stops at \(reached.height) of \(end.height) blocks"
      isAtEnd = true
    }
    return entries
  }
}
