import Coinslot
import Nano
import Primitives

extension NodeRPC {
  func blockInfo(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    guard let entry = ledger[try request.hash()] else { throw .blockNotFound }
    return .object(info(entry, asObject: request.truth("json_block"), ledger))
  }

  func blocksInfo(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    let tellsUnknown = request.truth("include_not_found")
    var blocks: [PropertyTree.Member] = []
    var unknown: [PropertyTree] = []
    for text in try request.list("hashes") {
      guard let hash = NodeRequest.hash(text) else { throw .badHashNumber }
      if let entry = ledger[hash] {
        let members = info(entry, asObject: request.truth("json_block"), ledger)
        blocks.append(.init(text, .object(members + extras(entry, request, ledger))))
      } else if tellsUnknown {
        unknown.append(.text(text))
      } else {
        throw .blockNotFound
      }
    }
    return .object(
      [.init("blocks", .object(blocks))] + (tellsUnknown ? [.init("blocks_not_found", .list(unknown))] : [])
    )
  }

  private func info(_ entry: ToyEntry, asObject: Bool, _ ledger: ToyLedger) -> [PropertyTree.Member] {
    let saying = faults.distorted(Saying(entry, amount: ledger.amount(of: entry)), on: .rpc)
    var members: [PropertyTree.Member] = [.init("block_account", speech.address(saying.account))]
    if let amount = saying.amount { members.append(.init("amount", amount.description)) }
    members += [
      .init("balance", entry.balance.description), .init("height", "\(entry.height)"),
      .init("local_timestamp", "\(entry.localTimestampS)"),
    ]
    if release.hasSuccessor { members.append(.init("successor", speech.hash(entry.successor))) }
    members.append(.init("confirmed", entry.isConfirmed ? "true" : "false"))
    members.append(
      .init("contents", asObject ? .object(speech.block(saying.block)) : .text(speech.blockText(saying.block)))
    )
    if saying.isState, let word = saying.subtype.word { members.append(.init("subtype", word)) }
    return members
  }

  private func extras(_ entry: ToyEntry, _ request: NodeRequest, _ ledger: ToyLedger) -> [PropertyTree.Member] {
    var members: [PropertyTree.Member] = []
    if request.truth("receivable", request.truth("pending")) {
      let waits = entry.destination.map { ledger.receivables[$0]?[entry.hash] != nil } ?? false
      let word = waits && !faults.hideReceivable ? "1" : "0"
      members.append(.init("pending", word))
      if release.hasReceivable { members.append(.init("receivable", word)) }
    }
    if release.hasReceiveHash, request.truth("receive_hash") {
      members.append(.init("receive_hash", speech.hash(ledger.receivedBy[entry.hash] ?? .zero)))
    }
    if request.truth("source") {
      let source = entry.source.flatMap { ledger[$0]?.account }
      members.append(.init("source_account", source.map(speech.address) ?? "0"))
    }
    return members
  }

  func blockCount(_ ledger: ToyLedger) -> PropertyTree {
    let counts = ledger.counts
    return .object([
      .init("count", "\(counts.blocks)"), .init("unchecked", "0"), .init("cemented", "\(counts.confirmed)"),
    ])
  }

  func blockConfirm(
    _ request: NodeRequest,
    _ ledger: ToyLedger
  ) throws(NodeError) -> (reply: PropertyTree, effect: Effect?) {
    let hash = try request.hash()
    guard let entry = ledger[hash] else { throw .blockNotFound }
    let started = PropertyTree.object([.init("started", "1")])
    return (started, entry.isConfirmed ? .announceAgain(hash) : .startElection(hash))
  }
}
