import Primitives

/// One conversation with the node's socket: what was asked, what came back, and what is to be asked next.
///
/// It begins with the whole list of accounts. A change of the list by a few accounts is told as an update, in pieces of
/// at most `updateSize` accounts, each acknowledged before the next; a large one with the whole list again. A node that
/// lets an update go without acknowledgement gets the whole list, and no more updates.
///
/// Pure.
package struct SocketTalk: Sendable {
  package static let ackWithinMS: Int64 = 5_000
  package static let pingEveryMS: Int64 = 20_000
  package static let pongWithinMS: Int64 = 10_000
  /// Above this many accounts the node is asked for every confirmation, which are then looked up here.
  package static let accountLimit = 20_000
  /// The most accounts in one update.
  package static let updateSize = 500
  /// The most accounts that change by updates; above it the whole list is cheaper.
  package static let updateLimit = 2_000

  /// Why a conversation ends.
  package enum End: Error, Hashable, CustomStringConvertible {
    case closed, noAck, noPong

    package var description: String {
      switch self {
      case .closed: "it closed the connection"
      case .noAck: "it did not acknowledge the subscription"
      case .noPong: "it does not answer pings"
      }
    }
  }

  /// The change of the watch set that the node was told of last.
  private var version: UInt64?
  /// The accounts that the node lets through; nil where it was not told any list.
  private var filter: Set<Bytes32>?
  private var canUpdate = true
  private var pending: (request: SocketRequest, sinceMS: Int64)?
  /// Updates to be sent one after the other, last first.
  private var updates: [SocketRequest] = []
  /// Whether money may have come to an account that the node did not yet let through.
  private var mayHaveMissed = false
  private var pingedAtMS: Int64
  private var awaitsPongSinceMS: Int64?
  private var count = 0

  /// A conversation that begins now.
  package init(nowMS: Int64) { pingedAtMS = nowMS }

  /// What to send now.
  ///
  /// - Throws: `End` where an answer is overdue.
  package mutating func due(_ watchSet: WatchSet, nowMS: Int64) throws(End) -> [SocketRequest] {
    if let pending, nowMS - pending.sinceMS > Self.ackWithinMS {
      guard pending.request.action == .update else { throw .noAck }
      canUpdate = false
      self.pending = nil
      updates = []
      version = nil
    }
    if let awaitsPongSinceMS, nowMS - awaitsPongSinceMS > Self.pongWithinMS { throw .noPong }
    var requests: [SocketRequest] = []
    if pending == nil, let request = next(watchSet) {
      pending = (request, nowMS)
      requests.append(request)
    }
    if nowMS - pingedAtMS >= Self.pingEveryMS {
      pingedAtMS = nowMS
      awaitsPongSinceMS = nowMS
      requests.append(.ping())
    }
    return requests
  }

  /// Notes an acknowledgement; true where the node lets everything through from now on, and something that came before
  /// may not have been heard.
  package mutating func heard(_ ack: SocketAck) -> Bool {
    if ack.isPong { awaitsPongSinceMS = nil }
    guard let pending, pending.request.isAnswered(by: ack) else { return false }
    self.pending = nil
    guard updates.isEmpty, mayHaveMissed else { return false }
    mayHaveMissed = false
    return true
  }

  private mutating func next(_ watchSet: WatchSet) -> SocketRequest? {
    if let update = updates.popLast() { return update }
    guard version != watchSet.version else { return nil }
    let keys: Set<Bytes32>
    (keys, version) = watchSet.all
    let old = filter
    filter = keys.count > Self.accountLimit ? nil : keys
    if canUpdate, let old, let filter {
      let added = filter.subtracting(old), removed = old.subtracting(filter)
      if added.count + removed.count <= Self.updateLimit {
        if !added.isEmpty { mayHaveMissed = true }
        updates = pieces(added: added, removed: removed).reversed()
        return updates.popLast()
      }
    }
    mayHaveMissed = true
    return .confirmations(of: filter?.sorted(), id: name("s"))
  }

  private mutating func pieces(added: Set<Bytes32>, removed: Set<Bytes32>) -> [SocketRequest] {
    var changes = (added.sorted().map { ($0, true) } + removed.sorted().map { ($0, false) })[...]
    var pieces: [SocketRequest] = []
    while !changes.isEmpty {
      let piece = changes.prefix(Self.updateSize)
      changes = changes.dropFirst(Self.updateSize)
      let adding = piece.filter(\.1).map(\.0), removing = piece.filter { !$0.1 }.map(\.0)
      pieces.append(.update(adding: adding, removing: removing, id: name("u")))
    }
    return pieces
  }

  private mutating func name(_ letter: String) -> String {
    count += 1
    return "\(letter)\(count)"
  }
}
