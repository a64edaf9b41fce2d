import Coinslot
import Primitives

/// Finds what no notice told of: sends that lie unclaimed, and sends that their owner has taken up meanwhile.
struct NanoCatchUp: Sendable {
  /// Pages read in one go, of unclaimed sends and of history each; what lies beyond is named as a gap.
  static let pageLimit = 400

  let chain: Chain
  let rpc: NanoRPC
  let verifier: NanoVerifier
  let clock: any Clock

  /// Where an account stands, and the payments that lie there already.
  ///
  /// The list is read before the place in the chain: a send that is taken up between the two counts as older, and one
  /// that arrives later than the list is new. Neither is lost, and none counts twice. A send whose block the node has
  /// no more is noted as untold: it cannot be sold either.
  func mark(_ account: Account, key: Bytes32, genesis: String, least: Amount) async throws(VerificationFailure)
    -> NewMark
  {
    let now = clock.nowMS
    var pages = ReceivablePages(rpc: rpc, key: key, least: least, limit: Self.pageLimit)
    var before: [Payment] = []
    while let sends = try await pages.next() {
      var rest = sends[...]
      while !rest.isEmpty {
        before += try await payments(Array(rest.prefix(NanoVerifier.pageSize)), to: account, key: key, nowMS: now)
        rest = rest.dropFirst(NanoVerifier.pageSize)
      }
    }
    if pages.isCut {
      throw .unavailable("more than \(before.count) payments lie unclaimed at the account; take them up first")
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
    var statement = statement(key, from: cursor, least: least, limit: Self.pageLimit)
    var sightings: [Sighting] = []
    while let lines = try await statement.next() {
      for line in lines { sightings.append(Sighting(id: id(line.hash), account: account, heardAtMS: now)) }
    }
    let gaps = statement.gaps + verifier.untold.gaps(at: account)
    return Reread(sightings: sightings, next: statement.reached.cursor, gaps: gaps)
  }

  /// What the node tells of an account after a place, to be read page by page.
  func statement(_ key: Bytes32, from cursor: Cursor, least: Amount, limit: Int) -> NanoStatement {
    NanoStatement(rpc: rpc, key: key, from: NanoCursor(cursor) ?? .unopened, least: least, limit: limit)
  }

  /// The payments that some unclaimed sends are.
  private func payments(
    _ sends: [ReceivableSend],
    to account: Account,
    key: Bytes32,
    nowMS: Int64
  ) async throws(VerificationFailure) -> [Payment] {
    let evidence = try await verifier.evidence(of: sends.map(\.hash))
    var payments: [Payment] = []
    for send in sends {
      guard let evidence = evidence[send.hash] else {
        verifier.untold.note(id(send.hash), to: account, why: "the node lists it and does not have its block")
        continue
      }
      do {
        payments.append(
          try verifier.payment(
            from: evidence,
            to: account,
            key: key,
            elseMS: nowMS,
            heardAtMS: nowMS,
            waiting: send.amount
          )
        )
      } catch {
        guard case .refused = error else { throw error }
      }
    }
    return payments
  }

  private func id(_ hash: Bytes32) -> PaymentID { PaymentID(chain: chain, transaction: hash.hex(uppercase: true)) }

  /// The newest final block of the account.
  private func place(_ key: Bytes32) async throws(VerificationFailure) -> NanoCursor {
    do {
      return NanoCursor(try await rpc.ask(AccountInfo(account: key)))
    } catch {
      if case .refused(.accountNotFound) = error { return .unopened }
      throw VerificationFailure(error)
    }
  }
}
