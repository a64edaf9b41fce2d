import Coinslot
import Primitives

/// Turns a hint into a payment: asks our own node for the block, and computes everything that can be computed.
///
/// Recorded is only what the node calls confirmed, whose hash and signature hold, whose link is our account, and whose
/// amount is the same by the node's word and by the balances before and after.
struct NanoVerifier: Sendable {
  /// Blocks asked for at once.
  static let pageSize = 100
  static let prunedWords = "its amount cannot be told: the node has pruned the block before it; ask one that has it"

  let chain: Chain
  let rpc: NanoRPC
  let untold: UntoldPayments

  /// What the node knows of a send, with the block before it where the node still has that.
  struct Evidence: Sendable {
    let send: KnownBlock
    let before: KnownBlock?
  }

  /// Looks at one hint.
  ///
  /// - Throws: `VerificationFailure`.
  func verify(_ sighting: Sighting, key: Bytes32, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    guard let hash = try? Hex.bytes32(Array(sighting.id.transaction.utf8).span) else {
      throw .refused("not a block hash")
    }
    let evidence = try await evidence(of: hash)
    let payment = try payment(
      from: evidence,
      to: sighting.account,
      key: key,
      elseMS: min(mark.takenAtMS, sighting.heardAtMS),
      heardAtMS: sighting.heardAtMS
    )
    return Verified(payment, isBeforeStart: try await isBefore(mark, evidence.send, key: key))
  }

  /// What the node knows of a block, in one question, and of the block before it, in a second.
  func evidence(of hash: Bytes32) async throws(VerificationFailure) -> Evidence {
    guard let evidence = try await evidence(of: [hash])[hash] else {
      throw .notYet("the node does not have the block")
    }
    guard evidence.send.block.previous != nil else { throw .refused("an opening block pays nobody") }
    return evidence
  }

  /// The same of at most `pageSize` blocks; those that the node does not have are left out.
  func evidence(of hashes: [Bytes32]) async throws(VerificationFailure) -> [Bytes32: Evidence] {
    let sends = try await ask(BlocksInfo(hashes: hashes, receivable: true, receiveHash: true)).blocks
    // Two sends of one account may follow each other, so that the one is the block before the other.
    let missing = Set(sends.values.compactMap(\.block.previous)).subtracting(sends.keys)
    let others = missing.isEmpty ? [:] : try await ask(BlocksInfo(hashes: missing.sorted())).blocks
    return sends.mapValues { send in
      Evidence(send: send, before: send.block.previous.flatMap { sends[$0] ?? others[$0] })
    }
  }

  /// The payment that the evidence proves.
  ///
  /// `elseMS` is the earliest moment where the node cannot tell when it first had the block; `heardAtMS` is when we heard
  /// of it, and it was not made later; `waiting` is how much the node's list of unclaimed sends says, where it was read.
  func payment(
    from evidence: Evidence,
    to account: Account,
    key: Bytes32,
    elseMS: Int64,
    heardAtMS: Int64,
    waiting: Amount? = nil
  ) throws(VerificationFailure) -> Payment {
    let send = evidence.send
    guard send.isConfirmed else { throw .notYet("not confirmed") }
    guard send.block.destination == key else { throw .refused("it pays another account") }
    guard send.subtype == nil || send.subtype == .send else { throw .refused("it is no send") }
    guard send.block.isSigned(by: send.account) else {
      throw .contradiction("the node calls a block confirmed whose signature does not hold")
    }
    let id = PaymentID(chain: chain, transaction: send.hash.hex(uppercase: true))
    guard let amount = try amount(of: evidence, key: key, waiting: waiting) else {
      untold.note(id, to: account, why: Self.prunedWords)
      throw .unavailable(Self.prunedWords)
    }
    untold.clear(id, to: account)
    let madeMS = send.localTimestamp == 0 ? elseMS : Int64(clamping: send.localTimestamp).multipliedClamped(by: 1_000)
    return Payment(
      id: id,
      account: account,
      payer: NanoAddress.encode(send.account),
      amount: amount,
      earliestAtMS: min(madeMS, heardAtMS),
      evidence: send.block.text
    )
  }

  /// The amount by our own computation where the block before is to be had, and by the node's word; both must agree.
  ///
  /// nil where the block before is pruned and the node has no word either: it may be told another day, by another node.
  private func amount(
    of evidence: Evidence,
    key: Bytes32,
    waiting: Amount?
  ) throws(VerificationFailure) -> Amount? {
    let send = evidence.send
    let predecessor = evidence.before.map { before in
      SendJudgement.Predecessor(before.block, owner: before.account, balance: before.balance)
    }
    let spoken = SpokenBlock(block: send.block, linkAsAccount: nil, subtype: send.subtype)
    switch SendJudgement(spoken, owner: send.account, predecessor: predecessor, tracked: key) {
    case .payment(let computed):
      if let told = send.amount, told > .zero, told != computed {
        throw .contradiction("the node says \(told) raw, the balances say \(computed) raw")
      }
      return computed
    case .amountUnknown:
      // Pruned: the node's word alone, and zero means that it does not know either.
      return [send.amount, waiting].compactMap(\.self).first { $0 > .zero }
    case .notForTrackedAccount: throw .refused("it pays another account")
    case .notASend: throw .refused("the balance does not fall: no send")
    case .predecessorMismatch, .predecessorOtherAccount, .inconsistentLinkAsAccount:
      throw .contradiction("the block before it is not its predecessor")
    }
  }

  /// Whether a send was made before watching began.
  ///
  /// - What the node had before the mark, by its clock, is older, even if the mark's list left it out as too little or
  ///   not final.
  /// - Else, not taken up: it is new, for what lay there finally at the mark is in the ledger already.
  /// - Taken up by a block the node still has: its place in our own chain tells.
  /// - Taken up by a block that the node does not name, or has no more: only its clock can tell. The second in which the
  ///   mark was taken counts as before.
  ///
  /// - Throws: `.notYet` where nothing can tell, so that it is asked again and never sold.
  private func isBefore(
    _ mark: StartMark,
    _ send: KnownBlock,
    key: Bytes32
  ) async throws(VerificationFailure) -> Bool {
    if StartOrder.wasThere(send.localTimestamp, wellBefore: mark.takenAtMS) { return true }
    if send.isReceivable == true { return false }
    guard let place = NanoCursor(mark.cursor) else {
      throw .notYet("the account's start mark does not tell its place in the chain")
    }
    if let hash = send.receiveHash, let receive = try await ask(BlocksInfo(hashes: [hash])).blocks[hash] {
      guard receive.account == key else {
        throw .contradiction("the node says that a block of another account took it up")
      }
      return receive.height <= place.height
    }
    // An account without a block has never taken anything up, so what it took up since is new.
    if place == .unopened, send.isReceivable == false { return false }
    return StartOrder.wasThere(send.localTimestamp, atOrBefore: mark.takenAtMS)
  }

  private func ask<Action: RPCAction>(_ action: Action) async throws(VerificationFailure) -> Action.Reply {
    do {
      return try await rpc.ask(action)
    } catch {
      throw VerificationFailure(error)
    }
  }
}

extension VerificationFailure {
  /// A node that gives no usable answer: try later; one whose block does not hash to its name lies.
  init(_ failure: NodeFailure) {
    if case .unreadable(.hashMismatch) = failure {
      self = .contradiction("the node gives a block under a hash that is not its own")
    } else {
      self = .unavailable(failure.words)
    }
  }
}

/// Order by the node's clock, which counts whole seconds; 0 is what very old blocks have.
private enum StartOrder {
  /// Whether the whole second lies before a moment.
  static func wasThere(_ second: UInt64, wellBefore momentMS: Int64) -> Bool {
    Int64(clamping: second).addingOne.multipliedClamped(by: 1_000) <= momentMS
  }

  /// Whether the second began before a moment, or with it.
  static func wasThere(_ second: UInt64, atOrBefore momentMS: Int64) -> Bool {
    Int64(clamping: second).multipliedClamped(by: 1_000) <= momentMS
  }
}

extension Int64 {
  fileprivate var addingOne: Int64 { self == .max ? self : self + 1 }

  fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
