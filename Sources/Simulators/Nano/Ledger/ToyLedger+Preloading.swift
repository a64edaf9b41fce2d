import Coinslot
import Nano
public import Primitives

extension ToyLedger {
  /// Puts real blocks in as final, though their accounts have no history here.
  ///
  /// What a block does and how much it moves comes from the file; else from a predecessor that is here; else a receive
  /// takes it from the send; else it is held for a send of an amount that the node cannot tell, as after pruning.
  /// Blocks that are here already are passed over.
  ///
  /// - Returns: The hashes of the blocks put in.
  /// - Throws: `PreloadRefusal` with `.full`; the blocks before it are in then.
  @discardableResult
  public mutating func preload(_ blocks: [PreloadedBlock], nowMS: Int64) throws(PreloadRefusal) -> [Bytes32] {
    var waiting = Dictionary(blocks.map { ($0.block.hash, $0) }, uniquingKeysWith: { first, _ in first })
    var done: [Bytes32] = []
    for (index, first) in blocks.enumerated() {
      // A block after the blocks it rests on, whatever the order in the file.
      var open = [first.block.hash]
      while let top = open.last {
        guard let next = waiting[top] else {
          open.removeLast()
          continue
        }
        let needs = [next.block.previous, next.block.mentionedSource].compactMap(\.self)
        if let need = needs.first(where: { waiting[$0] != nil && !open.contains($0) }) {
          open.append(need)
          continue
        }
        open.removeLast()
        waiting[top] = nil
        guard entries[top] == nil else { continue }
        guard entries.count < maxBlocks else { throw PreloadRefusal(index: index, reason: .full) }
        insert(next, top, nowMS: nowMS)
        done.append(top)
      }
    }
    return done
  }

  private mutating func insert(_ preloaded: PreloadedBlock, _ hash: Bytes32, nowMS: Int64) {
    let block = preloaded.block
    let last = block.previous.flatMap { entries[$0] }
    let source = block.mentionedSource.flatMap { entries[$0] }
    let account = preloaded.account ?? last?.account ?? .zero
    let subtype = preloaded.subtype ?? subtype(of: block, last: last, source: source)
    let amount = amount(preloaded, subtype, last: last, source: source)
    let entry = ToyEntry(
      block: block,
      hash: hash,
      account: account,
      balance: balance(block, subtype, last: last, amount),
      height: preloaded.height ?? last.map { $0.height + 1 } ?? (block.previous == nil ? 1 : 2),
      localTimestampS: preloaded.localTimestampS ?? nowMS / 1000,
      subtype: subtype,
      epoch: last?.epoch ?? 2,
      representativeBlock: hash,
      representative: last?.representative ?? genesisKey.account,
      amount: amount,
      taken: nil,
      arrivedMS: nil,
      successor: preloaded.successor ?? .zero,
      isConfirmed: true
    )
    entries[hash] = entry
    // The burn key stands for an owner that nobody named.
    if !account.isZero { link(entry, last: last) }
    if let source = entry.source {
      take(source, from: account)
      receivedBy[source] = hash
    }
    if let destination = entry.destination, receivedBy[hash] == nil, let amount = self.amount(of: entry) {
      receivables[destination, default: [:]][hash] = ToyReceivable(
        amount: amount,
        source: account,
        epoch: entry.epoch
      )
    }
  }

  private mutating func link(_ entry: ToyEntry, last: ToyEntry?) {
    if let last, last.successor.isZero { entries[last.hash]?.successor = entry.hash }
    let open = chains[entry.account]?.open ?? entry.hash
    chains[entry.account] = ToyAccount(
      open: open,
      frontier: entry.hash,
      confirmedHeight: entry.height,
      confirmedFrontier: entry.hash
    )
  }

  private func subtype(of block: Block, last: ToyEntry?, source: ToyEntry?) -> Subtype {
    guard case .state(let state) = block else {
      return switch block {
      case .send: .send
      case .receive, .open: .receive
      case .change, .state: .change
      }
    }
    if state.previous.isZero { return .receive }
    if let last, state.balance < last.balance { return .send }
    if ToyLedger.epoch(of: state.link) != nil { return .epoch }
    if let last { return state.balance == last.balance ? .change : .receive }
    return source == nil ? .send : .receive
  }

  private func amount(
    _ preloaded: PreloadedBlock,
    _ subtype: Subtype,
    last: ToyEntry?,
    source: ToyEntry?
  ) -> AmountSource {
    if let amount = preloaded.amount { return .stated(amount) }
    if subtype == .change || subtype == .epoch { return .stated(.zero) }
    if case .state(let state) = preloaded.block, last != nil || state.previous.isZero { return .balances }
    if last != nil, case .send = preloaded.block { return .balances }
    if let source, let amount = self.amount(of: source) { return .stated(amount) }
    return .unknown
  }

  private func balance(_ block: Block, _ subtype: Subtype, last: ToyEntry?, _ amount: AmountSource) -> Amount {
    if let balance = block.balance { return balance }
    let before = last?.balance ?? .zero
    guard subtype == .receive, case .stated(let amount) = amount else { return before }
    return before.adding(amount) ?? before
  }
}

extension Block {
  /// The send that a receive of this form would take up; for a state block that is no receive, no block at all.
  fileprivate var mentionedSource: Bytes32? {
    switch self {
    case .state(let state): state.link
    case .receive(let receive): receive.source
    case .open(let open): open.source
    case .send, .change: nil
    }
  }
}
