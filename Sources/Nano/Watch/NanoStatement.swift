package import Coinslot
package import Primitives

/// Every payment to an account that the node knows of and that came after a place in its history, as the node tells it:
/// first what lies unclaimed, whenever it came, then what its owner has taken up since.
///
/// Read page by page, for accounts of any size: no more than a page and the hashes of the one before are held. One that
/// is taken up while it is read may come twice. Nothing in it is verified.
package struct NanoStatement: Sendable {
  /// One payment, by the node's word.
  package struct Line: Hashable, Sendable {
    /// The send, which is the identity of the payment.
    package let hash: Bytes32
    /// How much; nil where the node does not know.
    package let amount: Amount?
    /// The payer's key; nil where the node does not tell.
    package let payer: Bytes32?
    /// Whether the owner has taken it up.
    package let isTakenUp: Bool
  }

  private enum Stage { case waiting, place, taken, ended }

  private let rpc: NanoRPC
  private let key: Bytes32
  private let start: NanoCursor
  private let least: Amount
  private let limit: Int
  private var stage = Stage.waiting
  private var waiting: ReceivablePages
  private var history: HistoryPages?
  /// The sum of what lies unclaimed; nil past what an amount can hold.
  private var sum: Amount? = .zero
  private var hasDust = false
  private var count = 0
  /// Where a later reading may begin once all that was given is recorded.
  private(set) var reached: NanoCursor
  /// What could not be told so far, in words for the operator.
  package private(set) var gaps: [String] = []

  /// `limit` bounds the pages of each of the two parts; amounts below `least` are left out, and named as a gap.
  init(rpc: NanoRPC, key: Bytes32, from start: NanoCursor, least: Amount, limit: Int) {
    self.rpc = rpc
    self.key = key
    self.start = start
    self.least = least
    self.limit = limit
    reached = start
    waiting = ReceivablePages(rpc: rpc, key: key, least: least, limit: limit)
  }

  /// The next payments, some hundreds at most; nil at the end.
  ///
  /// - Throws: `.unavailable` where the node does not answer; asked again it goes on where it was.
  package mutating func next() async throws(VerificationFailure) -> [Line]? {
    while true {
      switch stage {
      case .waiting:
        if let sends = try await waiting.next() { return lines(of: sends) }
        stage = .place
      case .place:
        try await findPlace()
        stage = .taken
      case .taken:
        guard let entries = try await history?.next() else {
          finish()
          continue
        }
        reached = history?.reached ?? reached
        let lines = lines(of: entries)
        if !lines.isEmpty { return lines }
      case .ended: return nil
      }
    }
  }

  private mutating func lines(of sends: [ReceivableSend]) -> [Line] {
    count += sends.count
    for send in sends { sum = sum.flatMap { $0.adding(send.amount ?? .zero) } }
    return sends.map { Line(hash: $0.hash, amount: $0.amount, payer: $0.source, isTakenUp: false) }
  }

  private mutating func lines(of entries: [AccountHistory.Entry]) -> [Line] {
    entries.compactMap { entry in
      guard let send = entry.takenUp else { return nil }
      // Zero is how a node says that it does not know.
      let amount = entry.amount.flatMap { $0 > .zero ? $0 : nil }
      if let amount, amount < least {
        hasDust = true
        return nil
      }
      return Line(hash: send, amount: amount, payer: entry.counterparty, isTakenUp: true)
    }
  }

  /// The newest final block of the account, and whether more lies unclaimed than was listed.
  private mutating func findPlace() async throws(VerificationFailure) {
    let info: AccountInfo.Reply?
    do {
      info = try await rpc.ask(AccountInfo(account: key))
    } catch {
      guard case .refused(.accountNotFound) = error else { throw VerificationFailure(error) }
      info = nil
    }
    let lies = info.flatMap { $0.confirmedReceivable ?? $0.receivable }
    // The difference may also be a payment that came just now: only a look at the list tells.
    if least > Amount(1), !waiting.isCut, lies == nil || lies != sum { hasDust = try await waiting.hasDust() }
    let end = info.map { NanoCursor($0) } ?? .unopened
    history = HistoryPages(rpc: rpc, key: key, from: start, to: end, limit: limit)
  }

  private mutating func finish() {
    stage = .ended
    if waiting.isCut {
      gaps.append("more than \(count) payments lie unclaimed at the account; take them up, or raise the minimum")
    }
    if hasDust {
      gaps.append("payments of less than \(least) raw, the least the slots hear of, came to the account unrecorded")
    }
    if let gap = history?.gap { gaps.append(gap) }
  }
}

extension NanoCursor {
  /// The newest final block that a node names.
  init(_ info: AccountInfo.Reply) {
    if let height = info.confirmedHeight {
      self.init(height: height, head: info.confirmedFrontier ?? .zero)
    } else {
      self.init(height: info.blockCount, head: info.frontier)
    }
  }
}
