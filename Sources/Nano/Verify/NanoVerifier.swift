import Coinslot
import Primitives

/// Turns a hint into a payment: asks our own node for the block, and computes everything that can be computed.
///
/// Recorded is only what the node calls confirmed, whose hash and signature hold, whose link is our account, and whose
/// amount is the same by the node's word and by the balances before and after.
struct NanoVerifier: Sendable {
  let chain: Chain
  let rpc: NanoRPC

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
    return Verified(payment, isBeforeStart: try await isBefore(mark, evidence.send))
  }

  /// What the node knows of a block, in one question, and of the block before it, in a second.
  func evidence(of hash: Bytes32) async throws(VerificationFailure) -> Evidence {
    let answer = try await ask(BlocksInfo(hashes: [hash], receivable: true, receiveHash: true))
    guard let send = answer.blocks[hash] else { throw .notYet("the node does not have the block") }
    guard let previous = send.block.previous else { throw .refused("an opening block pays nobody") }
    let before = try await ask(BlocksInfo(hashes: [previous])).blocks[previous]
    return Evidence(send: send, before: before)
  }

  /// The payment that the evidence proves.
  ///
  /// `elseMS` is the earliest moment where the node cannot tell when it first had the block; `heardAtMS` is when we heard
  /// of it, and it was not made later.
  func payment(
    from evidence: Evidence,
    to account: Account,
    key: Bytes32,
    elseMS: Int64,
    heardAtMS: Int64
  ) throws(VerificationFailure) -> Payment {
    let send = evidence.send
    guard send.isConfirmed else { throw .notYet("not confirmed") }
    guard send.block.destination == key else { throw .refused("it pays another account") }
    guard send.subtype == nil || send.subtype == .send else { throw .refused("it is no send") }
    guard send.block.isSigned(by: send.account) else {
      throw .contradiction("the node calls a block confirmed whose signature does not hold")
    }
    let amount = try amount(of: evidence, key: key)
    let madeMS = send.localTimestamp == 0 ? elseMS : Int64(clamping: send.localTimestamp).multipliedClamped(by: 1_000)
    return Payment(
      id: PaymentID(chain: chain, transaction: send.hash.hex(uppercase: true)),
      account: account,
      payer: NanoAddress.encode(send.account),
      amount: amount,
      earliestAtMS: min(madeMS, heardAtMS),
      evidence: send.block.text
    )
  }

  /// The amount by our own computation where the block before is to be had, and by the node's word; both must agree.
  private func amount(of evidence: Evidence, key: Bytes32) throws(VerificationFailure) -> Amount {
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
      guard let told = send.amount, told > .zero else {
        throw .refused("its amount cannot be told: the node has pruned the block before it")
      }
      return told
    case .notForTrackedAccount: throw .refused("it pays another account")
    case .notASend: throw .refused("the balance does not fall: no send")
    case .predecessorMismatch, .predecessorOtherAccount, .inconsistentLinkAsAccount:
      throw .contradiction("the block before it is not its predecessor")
    }
  }

  /// Whether a send was taken up before watching began.
  ///
  /// What lay unclaimed at the mark is in the ledger already, so what is left to tell is its place in our own chain. A
  /// node too old to name the block that took it up tells only when it first had the send.
  private func isBefore(_ mark: StartMark, _ send: KnownBlock) async throws(VerificationFailure) -> Bool {
    guard send.isReceivable != true else { return false }
    guard let receive = send.receiveHash else {
      guard send.isReceivable == nil else { return false }
      return send.localTimestamp == 0
        || Int64(clamping: send.localTimestamp).addingOne.multipliedClamped(by: 1_000) <= mark.takenAtMS
    }
    guard let known = try await ask(BlocksInfo(hashes: [receive])).blocks[receive] else { return false }
    return known.height <= (NanoCursor(mark.cursor)?.height ?? 0)
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

extension Int64 {
  fileprivate var addingOne: Int64 { self == .max ? self : self + 1 }

  fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
