import Coinslot
import Cryptography
public import Nano
public import Primitives

extension ToyLedger {
  /// Takes a block as a node takes it from the network: checked whole, then in the ledger, not yet confirmed.
  ///
  /// - Parameters:
  ///   - block: The block.
  ///   - nowMS: The time, milliseconds since 1970.
  ///   - isLive: Whether it arrives now, rather than from history; old nodes tell only of live blocks.
  /// - Returns: Its hash.
  /// - Throws: `ToyRefusal`, in the order in which a node looks; nothing has changed then.
  @discardableResult
  public mutating func process(_ block: Block, nowMS: Int64, isLive: Bool = true) throws(ToyRefusal) -> Bytes32 {
    let hash = block.hash
    guard entries[hash] == nil, !pruned.contains(hash) else { throw .old }
    guard entries.count < maxBlocks else { throw .full }
    let last = try predecessor(of: block)
    guard let account = block.account ?? last?.account else { throw .gapPrevious }
    guard account != NanoFacts.burnKey else { throw .openedBurnAccount }
    let step = try step(block, account: account, last: last)
    let signer = step.subtype == .epoch ? genesisKey.account : account
    guard Ed25519Blake2b.isValid(signature: block.seal.signature, digest: hash, key: signer) else {
      throw .badSignature
    }
    guard workThreshold == 0 || block.seal.work.value(root: last?.hash ?? account) >= workThreshold else {
      throw .insufficientWork
    }
    insert(block, hash, account, last: last, step, nowMS: nowMS, isLive: isLive)
    return hash
  }

  /// What a block does to its account.
  package struct Step {
    var subtype: Subtype
    var balance: Amount
    var moved: Amount
    var epoch: Int
    var taken: ToyReceivable?
  }

  private func predecessor(of block: Block) throws(ToyRefusal) -> ToyEntry? {
    guard let previous = block.previous else {
      guard let account = block.account, chains[account] == nil else { throw .fork }
      return nil
    }
    guard let last = entries[previous] else { throw .gapPrevious }
    guard last.successor.isZero else { throw .fork }
    if let account = block.account, account != last.account { throw .badSignature }
    return last
  }

  private func step(_ block: Block, account: Bytes32, last: ToyEntry?) throws(ToyRefusal) -> Step {
    if case .state(let state) = block { return try step(state, last: last) }
    if let last, case .state = last.block { throw .blockPosition }
    let before = last?.balance ?? .zero
    switch block {
    case .send(let send):
      guard let moved = before.subtracting(send.balance) else { throw .negativeSpend }
      return Step(subtype: .send, balance: send.balance, moved: moved, epoch: 0)
    case .receive(let receive): return try legacyReceive(receive.source, account, before)
    case .open(let open): return try legacyReceive(open.source, account, .zero)
    case .change, .state: return Step(subtype: .change, balance: before, moved: .zero, epoch: 0)
    }
  }

  private func legacyReceive(_ source: Bytes32, _ account: Bytes32, _ before: Amount) throws(ToyRefusal) -> Step {
    let waiting = try waiting(source, for: account)
    // Money sent from a newer epoch can only be taken up by a newer kind of block.
    guard waiting.epoch == 0 else { throw .unreceivable }
    guard let sum = before.adding(waiting.amount) else { throw .balanceMismatch }
    return Step(subtype: .receive, balance: sum, moved: waiting.amount, epoch: 0, taken: waiting)
  }

  private func step(_ block: StateBlock, last: ToyEntry?) throws(ToyRefusal) -> Step {
    let before = last?.balance ?? .zero
    let epoch = last?.epoch ?? 0
    if let moved = before.subtracting(block.balance), moved > .zero {
      return Step(subtype: .send, balance: block.balance, moved: moved, epoch: epoch)
    }
    if block.balance == before, let target = ToyLedger.epoch(of: block.link) {
      guard let last, target == last.epoch + 1 else { throw .blockPosition }
      guard block.representative == last.representative else { throw .balanceMismatch }
      return Step(subtype: .epoch, balance: before, moved: .zero, epoch: target)
    }
    guard !block.link.isZero else {
      guard block.balance == before else { throw .balanceMismatch }
      guard last != nil else { throw .gapSource }
      return Step(subtype: .change, balance: before, moved: .zero, epoch: epoch)
    }
    let waiting = try waiting(block.link, for: block.account)
    guard let sum = before.adding(waiting.amount), sum == block.balance else { throw .balanceMismatch }
    return Step(
      subtype: .receive,
      balance: sum,
      moved: waiting.amount,
      epoch: max(epoch, waiting.epoch),
      taken: waiting
    )
  }

  private func waiting(_ send: Bytes32, for account: Bytes32) throws(ToyRefusal) -> ToyReceivable {
    guard entries[send] != nil || pruned.contains(send) else { throw .gapSource }
    guard let waiting = receivables[account]?[send] else { throw .unreceivable }
    return waiting
  }

  package static func epoch(of link: Bytes32) -> Int? {
    if link == NanoFacts.epoch1Link { 1 } else if link == NanoFacts.epoch2Link { 2 } else { nil }
  }

  private mutating func insert(
    _ block: Block,
    _ hash: Bytes32,
    _ account: Bytes32,
    last: ToyEntry?,
    _ step: Step,
    nowMS: Int64,
    isLive: Bool
  ) {
    let named: Bytes32? =
      switch block {
      case .state(let block): block.representative
      case .open(let block): block.representative
      case .change(let block): block.representative
      case .send, .receive: nil
      }
    let entry = ToyEntry(
      block: block,
      hash: hash,
      account: account,
      balance: step.balance,
      height: (last?.height ?? 0) + 1,
      localTimestampS: nowMS / 1000,
      subtype: step.subtype,
      epoch: step.epoch,
      representativeBlock: named == nil ? last?.representativeBlock ?? hash : hash,
      representative: named ?? last?.representative ?? genesisKey.account,
      amount: .balances,
      taken: step.taken,
      arrivedMS: isLive ? nowMS : nil,
      successor: .zero,
      isConfirmed: false
    )
    entries[hash] = entry
    if let last {
      entries[last.hash]?.successor = hash
      chains[account]?.frontier = hash
    } else {
      chains[account] = ToyAccount(open: hash, frontier: hash, confirmedHeight: 0, confirmedFrontier: .zero)
    }
    if let destination = entry.destination {
      receivables[destination, default: [:]][hash] = ToyReceivable(
        amount: step.moved,
        source: account,
        epoch: step.epoch
      )
    }
    if let source = entry.source {
      take(source, from: account)
      receivedBy[source] = hash
    }
  }

  package mutating func take(_ send: Bytes32, from account: Bytes32) {
    receivables[account]?[send] = nil
    if receivables[account]?.isEmpty == true { receivables[account] = nil }
  }
}
