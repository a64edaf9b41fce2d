import Coinslot
import Primitives

/// Finds what no notice told of: sends that lie unclaimed, and sends that their owner has taken up meanwhile.
struct NanoCatchUp: Sendable {
  /// Sends or blocks asked for at once.
  static let pageSize = 500
  /// Pages read in one go; what lies beyond is named as a gap and read the next time.
  static let pageLimit = 40

  let chain: Chain
  let rpc: NanoRPC
  let verifier: NanoVerifier
  let clock: any Clock

  /// Where an account stands, and the payments that lie there already.
  ///
  /// The list is read before the place in the chain: a send that is taken up between the two counts as older, and one
  /// that arrives later than the list is new. Neither is lost, and none counts twice.
  func mark(_ account: Account, key: Bytes32, genesis: String, least: Amount) async throws(VerificationFailure)
    -> NewMark
  {
    let now = clock.nowMS
    let (sends, gap) = try await receivable(key, least: least)
    if let gap { throw .unavailable(gap) }
    var before: [Payment] = []
    for send in sends {
      let evidence = try await verifier.evidence(of: send.hash)
      do {
        before.append(
          try verifier.payment(from: evidence, to: account, key: key, elseMS: now, heardAtMS: now)
        )
      } catch {
        guard case .refused = error else { throw error }
      }
    }
    let place = try await place(key)
    let mark = StartMark(account: account, genesis: genesis, takenAtMS: now, cursor: place.cursor)
    return NewMark(mark: mark, before: before)
  }

  /// Every send to the account that came after the cursor, taken up or not.
  func reread(_ account: Account, key: Bytes32, from cursor: Cursor, least: Amount) async throws(VerificationFailure)
    -> Reread
  {
    let now = clock.nowMS
    var gaps: [String] = []
    let (sends, gap) = try await receivable(key, least: least)
    if let gap { gaps.append(gap) }
    var hashes = sends.map(\.hash)
    let start = NanoCursor(cursor) ?? .unopened
    let place = try await place(key)
    var next = place
    if place.head != start.head, place.height > start.height {
      let walk = try await walk(key, from: start, to: place)
      hashes += walk.sends
      next = walk.reached
      gaps += walk.gaps
    } else if place.height < start.height {
      // The node knows less of our chain than it did: swapped, restored, or behind. Keep our place.
      gaps.append("the node's history of the account ends at \(place.height), before the \(start.height) already read")
      next = start
    }
    let sightings = hashes.map { hash in
      Sighting(
        id: PaymentID(chain: chain, transaction: hash.hex(uppercase: true)),
        account: account,
        heardAtMS: now
      )
    }
    return Reread(sightings: sightings, next: next.cursor, gaps: gaps)
  }

  /// The sends that lie unclaimed, least amounts left out, page by page.
  private func receivable(_ key: Bytes32, least: Amount) async throws(VerificationFailure)
    -> (sends: [ReceivableSend], gap: String?)
  {
    var found: [ReceivableSend] = []
    var seen: Set<Bytes32> = []
    for page in 0..<Self.pageLimit {
      let options = ReceivableOptions(threshold: least, offset: page == 0 ? nil : page * Self.pageSize)
      let newer = ReceivableSends(account: key, count: Self.pageSize, options: options)
      let older = ReceivableSends(account: key, count: Self.pageSize, options: options, usesOldName: true)
      let sends: [ReceivableSend]
      do {
        sends = try await rpc.ask(newer, orOlder: older)
      } catch {
        if case .refused(.accountNotFound) = error { return (found, nil) }
        throw VerificationFailure(error)
      }
      let new = sends.filter { seen.insert($0.hash).inserted }
      found += new
      // A node that does not know `offset` gives the same page again.
      if sends.count < Self.pageSize { return (found, nil) }
      if new.isEmpty { break }
    }
    return (found, "more than \(found.count) payments lie unclaimed at the account; take them up, or raise the minimum")
  }

  /// The newest final block of the account.
  private func place(_ key: Bytes32) async throws(VerificationFailure) -> NanoCursor {
    do {
      let info = try await rpc.ask(AccountInfo(account: key))
      if let height = info.confirmedHeight {
        return NanoCursor(height: height, head: info.confirmedFrontier ?? .zero)
      }
      return NanoCursor(height: info.blockCount, head: info.frontier)
    } catch {
      if case .refused(.accountNotFound) = error { return .unopened }
      throw VerificationFailure(error)
    }
  }

  /// The sends taken up between two places, read forward.
  private func walk(_ key: Bytes32, from start: NanoCursor, to end: NanoCursor) async throws(VerificationFailure)
    -> (sends: [Bytes32], reached: NanoCursor, gaps: [String])
  {
    var sends: [Bytes32] = []
    var reached = start
    var head = start.head.isZero ? nil : start.head
    for _ in 0..<Self.pageLimit {
      let reply: AccountHistory.Reply
      do {
        reply = try await rpc.ask(AccountHistory(account: key, count: Self.pageSize, head: head, reverse: true))
      } catch {
        throw VerificationFailure(error)
      }
      for entry in reply.entries where entry.height > reached.height && entry.height <= end.height {
        if let send = entry.takenUp { sends.append(send) }
        reached = NanoCursor(height: entry.height, head: entry.hash)
      }
      if reached.height >= end.height { return (sends, reached, []) }
      guard let next = reply.next, next != head else {
        return (
          sends, reached, ["the node's history of the account stops at \(reached.height) of \(end.height) blocks"]
        )
      }
      head = next
    }
    return (sends, reached, [])
  }
}
