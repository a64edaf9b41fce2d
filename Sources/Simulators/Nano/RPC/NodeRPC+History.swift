import Coinslot
import Cryptography
import Nano
import Primitives

extension NodeRPC {
  func accountHistory(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    var filter: [Bytes32] = []
    for text in request.tree["account_filter"]?.children ?? [] {
      filter.append(try NodeRequest.account(text.text ?? ""))
    }
    let isReverse = release.hasReverse && request.truth("reverse")
    var count = try request.count()
    var offset = try request.offset()
    var (account, hash) = try start(request, isReverse: isReverse, ledger)
    var history: [PropertyTree] = []
    while let entry = ledger[hash], count > 0 {
      if offset > 0 {
        offset -= 1
      } else if let members = line(entry, raw: request.truth("raw"), filter: filter, ledger) {
        history.append(.object(members))
        count -= 1
      }
      hash = isReverse ? entry.successor : entry.block.previous ?? .zero
      account = entry.account
    }
    var reply: [PropertyTree.Member] = [
      .init("account", speech.address(account)), .init("history", .list(history)),
    ]
    if !hash.isZero { reply.append(.init(isReverse ? "next" : "previous", speech.hash(hash))) }
    return .object(reply)
  }

  private func start(
    _ request: NodeRequest,
    isReverse: Bool,
    _ ledger: ToyLedger
  ) throws(NodeError) -> (Bytes32, Bytes32) {
    if let head = request.tree["head"]?.text {
      guard let hash = NodeRequest.hash(head) else { throw .badHashNumber }
      guard let entry = ledger[hash] else { throw .blockNotFound }
      return (entry.account, hash)
    }
    let account = try request.account()
    guard let chain = ledger.chains[account] else {
      if isReverse { throw .accountNotFound }
      return (account, .zero)
    }
    return (account, isReverse ? chain.open : chain.frontier)
  }

  /// One block of a history; nil where it is passed over.
  private func line(
    _ entry: ToyEntry,
    raw: Bool,
    filter: [Bytes32],
    _ ledger: ToyLedger
  ) -> [PropertyTree.Member]? {
    guard var members = deed(entry, raw: raw, filter: filter, ledger), !members.isEmpty else { return nil }
    members += [
      .init("local_timestamp", "\(entry.localTimestampS)"), .init("height", "\(entry.height)"),
      .init("hash", speech.hash(entry.hash)),
    ]
    if release.historySaysConfirmed { members.append(.init("confirmed", entry.isConfirmed ? "true" : "false")) }
    guard raw else { return members }
    return members + [
      .init("work", entry.block.seal.work.hex),
      .init("signature", Hex.encode(entry.block.seal.signature.bytes, uppercase: true)),
    ]
  }

  private func deed(
    _ entry: ToyEntry,
    raw: Bool,
    filter: [Bytes32],
    _ ledger: ToyLedger
  ) -> [PropertyTree.Member]? {
    let moved = moved(entry, ledger)
    if case .state(let block) = entry.block {
      if entry.subtype == .send || entry.subtype == .receive, !passes(entry, filter, ledger) { return nil }
      let fields: [PropertyTree.Member] = [
        .init("type", "state"), .init("representative", speech.address(block.representative)),
        .init("link", speech.hash(block.link)), .init("balance", block.balance.description),
        .init("previous", speech.hash(block.previous)),
      ]
      return (raw ? fields : []) + stateDeed(entry, block, raw: raw, isFiltered: !filter.isEmpty, moved, ledger)
    }
    return legacyDeed(entry, raw: raw, filter: filter, moved, ledger)
  }

  private func stateDeed(
    _ entry: ToyEntry,
    _ block: StateBlock,
    raw: Bool,
    isFiltered: Bool,
    _ moved: [PropertyTree.Member],
    _ ledger: ToyLedger
  ) -> [PropertyTree.Member] {
    let key = raw ? "subtype" : "type"
    if entry.amount == .balances, !block.previous.isZero, ledger[block.previous] == nil {
      return [.init(key, "unknown")]
    }
    switch entry.subtype {
    case .send: return [.init(key, "send"), .init("account", speech.address(block.link))] + moved
    case .receive: return [.init(key, "receive")] + payer(entry, ledger) + moved
    case .epoch where raw && !isFiltered:
      return [.init(key, "epoch"), .init("account", speech.address(ledger.genesisKey.account))]
    case .change where raw && !isFiltered: return [.init(key, "change")]
    case .epoch, .change, .other: return []
    }
  }

  private func legacyDeed(
    _ entry: ToyEntry,
    raw: Bool,
    filter: [Bytes32],
    _ moved: [PropertyTree.Member],
    _ ledger: ToyLedger
  ) -> [PropertyTree.Member]? {
    switch entry.block {
    case .send(let block):
      guard passes(entry, filter, ledger) else { return nil }
      let payee = speech.address(block.destination)
      let fields: [PropertyTree.Member] = [
        .init("destination", payee), .init("balance", block.balance.description),
        .init("previous", speech.hash(block.previous)),
      ]
      return [.init("type", "send"), .init("account", payee)] + moved + (raw ? fields : [])
    case .receive(let block):
      let fields: [PropertyTree.Member] = [
        .init("source", speech.hash(block.source)), .init("previous", speech.hash(block.previous)),
      ]
      return [.init("type", "receive")] + payer(entry, ledger) + moved + (raw ? fields : [])
    case .open(let block):
      let fields: [PropertyTree.Member] = [
        .init("type", "open"), .init("representative", speech.address(block.representative)),
        .init("source", speech.hash(block.source)), .init("opened", speech.address(block.account)),
      ]
      return (raw ? fields : [.init("type", "receive")]) + payer(entry, ledger) + moved
    case .change(let block):
      guard raw, filter.isEmpty else { return nil }
      return [
        .init("type", "change"), .init("representative", speech.address(block.representative)),
        .init("previous", speech.hash(block.previous)),
      ]
    case .state: return nil
    }
  }

  private func moved(_ entry: ToyEntry, _ ledger: ToyLedger) -> [PropertyTree.Member] {
    ledger.amount(of: entry).map { [.init("amount", told($0).description)] } ?? []
  }

  /// Who sent what a block takes up; of the first block of all, whoever made it.
  private func payer(_ entry: ToyEntry, _ ledger: ToyLedger) -> [PropertyTree.Member] {
    let payer = entry.hash == ledger.genesis ? entry.account : entry.source.flatMap { ledger[$0]?.account }
    return payer.map { [.init("account", speech.address($0))] } ?? []
  }

  private func passes(_ entry: ToyEntry, _ filter: [Bytes32], _ ledger: ToyLedger) -> Bool {
    guard !filter.isEmpty else { return true }
    guard let other = entry.destination ?? entry.source.flatMap({ ledger[$0]?.account }) else { return true }
    return filter.contains(other)
  }
}
