public import Coinslot
public import Nano
public import Primitives

// Blocks that would follow what is in the ledger now. Making one changes nothing; `process` puts it in.

extension ToyLedger {
  /// What the next block of an account must prove its work over; the account itself before its first block.
  public func root(of account: Bytes32) -> Bytes32 { chains[account]?.frontier ?? account }

  /// A send.
  ///
  /// Its work may have been found before, where finding it takes long; else it is found here.
  ///
  /// - Throws: `.accountNotFound`, `.insufficientBalance`.
  public func send(
    _ key: ToyKey,
    to destination: Bytes32,
    amount: Amount,
    work: Work? = nil
  ) throws(ToyRefusal) -> Block {
    let last = try frontier(of: key.account)
    guard let rest = last.balance.subtracting(amount) else { throw .insufficientBalance }
    return key.stateBlock(
      previous: last.hash,
      representative: last.representative,
      balance: rest,
      link: destination,
      work: work ?? ToyWork.found(root: last.hash, threshold: workThreshold)
    )
  }

  /// A receive of one send that waits; the account's first block where it has none.
  ///
  /// - Throws: `.nothingReceivable`.
  public func receive(_ key: ToyKey, _ send: Bytes32, work: Work? = nil) throws(ToyRefusal) -> Block {
    guard let waiting = receivables[key.account]?[send] else { throw .nothingReceivable }
    let last = chains[key.account].flatMap { entries[$0.frontier] }
    guard let sum = (last?.balance ?? .zero).adding(waiting.amount) else { throw .balanceMismatch }
    return key.stateBlock(
      previous: last?.hash ?? .zero,
      representative: last?.representative ?? genesisKey.account,
      balance: sum,
      link: send,
      work: work ?? ToyWork.found(root: root(of: key.account), threshold: workThreshold)
    )
  }

  /// A change of representative.
  ///
  /// - Throws: `.accountNotFound`.
  public func change(_ key: ToyKey, to representative: Bytes32, work: Work? = nil) throws(ToyRefusal) -> Block {
    let last = try frontier(of: key.account)
    return key.stateBlock(
      previous: last.hash,
      representative: representative,
      balance: last.balance,
      link: .zero,
      work: work ?? ToyWork.found(root: last.hash, threshold: workThreshold)
    )
  }

  /// The block that lifts an account to an epoch, signed by the network's operator and not by the owner.
  ///
  /// - Throws: `.accountNotFound`.
  public func upgrade(_ account: Bytes32, to epoch: Int) throws(ToyRefusal) -> Block {
    let last = try frontier(of: account)
    return genesisKey.stateBlock(
      account: account,
      previous: last.hash,
      representative: last.representative,
      balance: last.balance,
      link: epoch == 1 ? NanoFacts.epoch1Link : NanoFacts.epoch2Link,
      work: ToyWork.found(root: last.hash, threshold: workThreshold)
    )
  }

  /// A retired send.
  ///
  /// - Throws: `.accountNotFound`, `.insufficientBalance`.
  public func legacySend(_ key: ToyKey, to destination: Bytes32, amount: Amount) throws(ToyRefusal) -> Block {
    let last = try frontier(of: key.account)
    guard let rest = last.balance.subtracting(amount) else { throw .insufficientBalance }
    return key.legacy(ToyWork.found(root: last.hash, threshold: workThreshold)) { seal in
      .send(LegacySend(previous: last.hash, destination: destination, balance: rest, seal: seal))
    }
  }

  /// A retired receive, or a retired open where the account has no block yet.
  ///
  /// - Throws: `.nothingReceivable`.
  public func legacyReceive(_ key: ToyKey, _ send: Bytes32) throws(ToyRefusal) -> Block {
    guard receivables[key.account]?[send] != nil else { throw .nothingReceivable }
    let work = ToyWork.found(root: root(of: key.account), threshold: workThreshold)
    guard let last = chains[key.account]?.frontier else {
      let representative = genesisKey.account
      return key.legacy(work) { seal in
        .open(LegacyOpen(source: send, representative: representative, account: key.account, seal: seal))
      }
    }
    return key.legacy(work) { seal in .receive(LegacyReceive(previous: last, source: send, seal: seal)) }
  }

  /// A retired change of representative.
  ///
  /// - Throws: `.accountNotFound`.
  public func legacyChange(_ key: ToyKey, to representative: Bytes32) throws(ToyRefusal) -> Block {
    let last = try frontier(of: key.account)
    return key.legacy(ToyWork.found(root: last.hash, threshold: workThreshold)) { seal in
      .change(LegacyChange(previous: last.hash, representative: representative, seal: seal))
    }
  }

  private func frontier(of account: Bytes32) throws(ToyRefusal) -> ToyEntry {
    guard let chain = chains[account], let last = entries[chain.frontier] else { throw .accountNotFound }
    return last
  }
}
