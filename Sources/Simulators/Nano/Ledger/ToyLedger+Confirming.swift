import Coinslot
public import Nano
public import Primitives

extension ToyLedger {
  /// Makes a block final, and with it everything it rests on: the blocks before it and the sends it takes up.
  ///
  /// - Returns: What became final by this, in an order in which each rests on earlier ones, the block itself last;
  ///   empty where it was final before.
  /// - Throws: `.blockNotFound`.
  public mutating func confirm(_ hash: Bytes32) throws(ToyRefusal) -> [Bytes32] {
    guard entries[hash] != nil else { throw .blockNotFound }
    var order: [Bytes32] = []
    var open = [hash]
    while let top = open.last {
      guard let entry = entries[top], !entry.isConfirmed else {
        open.removeLast()
        continue
      }
      let needs = [entry.block.previous, entry.source].compactMap(\.self)
      if let first = needs.first(where: { entries[$0]?.isConfirmed == false }) {
        open.append(first)
        continue
      }
      cement(entry)
      order.append(top)
      open.removeLast()
    }
    return order
  }

  private mutating func cement(_ entry: ToyEntry) {
    entries[entry.hash]?.isConfirmed = true
    chains[entry.account]?.confirmedFrontier = entry.hash
    chains[entry.account]?.confirmedHeight = entry.height
    if let previous = entry.block.previous { rivals[previous] = nil }
  }

  /// Takes back a block that is not final, and all that rests on it: later blocks, and receives of its money elsewhere.
  ///
  /// - Returns: What was taken back, latest first.
  /// - Throws: `.blockNotFound`, `.confirmed`.
  @discardableResult
  public mutating func rollBack(_ hash: Bytes32) throws(ToyRefusal) -> [Bytes32] {
    guard let entry = entries[hash] else { throw .blockNotFound }
    guard !entry.isConfirmed else { throw .confirmed }
    var gone: [Bytes32] = []
    var open = [hash]
    while let top = open.last {
      guard let entry = entries[top] else {
        open.removeLast()
        continue
      }
      if !entry.successor.isZero {
        open.append(entry.successor)
      } else if let receive = receivedBy[top] {
        open.append(receive)
      } else {
        undo(entry)
        gone.append(top)
        open.removeLast()
      }
    }
    return gone
  }

  /// Takes back everything that is not final, as if the node had been started from a copy of what is.
  ///
  /// - Returns: What was taken back.
  @discardableResult
  public mutating func forgetUnconfirmed() -> [Bytes32] {
    rivals = [:]
    // Sorted, so that the same seed gives the same run.
    return entries.values.filter { !$0.isConfirmed }.map(\.hash).sorted().flatMap { hash in
      (try? rollBack(hash)) ?? []
    }
  }

  private mutating func undo(_ entry: ToyEntry) {
    entries[entry.hash] = nil
    if let previous = entry.block.previous {
      entries[previous]?.successor = .zero
      chains[entry.account]?.frontier = previous
    } else {
      chains[entry.account] = nil
    }
    if let destination = entry.destination { take(entry.hash, from: destination) }
    if let source = entry.source {
      receivedBy[source] = nil
      if let taken = entry.taken { receivables[entry.account, default: [:]][source] = taken }
    }
  }
}

// MARK: Forks

extension ToyLedger {
  /// Remembers a second block for a place that is taken.
  ///
  /// The ledger shows the first until `switchFork(to:)`.
  ///
  /// - Throws: `.gapPrevious`, `.badSignature`; `.fork` where eight wait for one place already.
  public mutating func addRival(_ block: Block) throws(ToyRefusal) -> Bytes32 {
    guard let previous = block.previous, let last = entries[previous] else { throw .gapPrevious }
    let hash = block.hash
    guard last.account == block.account ?? last.account,
      ToyLedger.isSigned(block, hash, by: last.account)
    else { throw .badSignature }
    guard rivals[previous, default: []].count < 8 else { throw .fork }
    rivals[previous, default: []].append(block)
    return hash
  }

  /// Puts a waiting block in the place of the one that was shown, which is dropped with all that rests on it.
  ///
  /// - Returns: What was dropped.
  /// - Throws: `.blockNotFound` where it does not wait, `.confirmed` where the other is final; `ToyRefusal` of
  ///   `process` where it does not fit, and then the other is gone as well.
  @discardableResult
  public mutating func switchFork(to hash: Bytes32, nowMS: Int64) throws(ToyRefusal) -> [Bytes32] {
    guard let (previous, waiting) = rivals.first(where: { $0.value.contains { $0.hash == hash } }),
      let block = waiting.first(where: { $0.hash == hash }), let last = entries[previous]
    else { throw .blockNotFound }
    let gone = last.successor.isZero ? [] : try rollBack(last.successor)
    rivals[previous] = nil
    try process(block, nowMS: nowMS)
    return gone
  }
}
