import Coinslot
import Nano
import Primitives

extension NodeRPC {
  /// Takes a block in.
  ///
  /// One that stands against another in the ledger is refused and remembered as its rival.
  func process(
    _ request: NodeRequest,
    _ ledger: inout ToyLedger
  ) throws(NodeError) -> (reply: PropertyTree, effect: Effect?) {
    let block = try block(request)
    try checkSubtype(request, block, ledger)
    do throws(ToyRefusal) {
      let hash = try ledger.process(block, nowMS: nowMS)
      let reply: PropertyTree.Member =
        request.truth("async") ? .init("started", "1") : .init("hash", speech.hash(hash))
      return (.object([reply]), .arrived(hash))
    } catch {
      if error == .fork { _ = try? ledger.addRival(block) }
      throw NodeError(text: error.text)
    }
  }

  private func block(_ request: NodeRequest) throws(NodeError) -> Block {
    guard let value = request.tree["block"] else { throw .badJSON }
    let text = request.truth("json_block") ? value.bytes : Array((value.text ?? "").utf8)
    guard let block = try? SpokenBlock(decoding: text.span).block else { throw .invalidBlock }
    return block
  }

  /// Where the sender says what a block is to do, it has to do that.
  private func checkSubtype(_ request: NodeRequest, _ block: Block, _ ledger: ToyLedger) throws(NodeError) {
    guard let word = request.tree["subtype"]?.text, !word.isEmpty, case .state(let state) = block else { return }
    guard state.previous.isZero || ledger[state.previous] != nil else {
      throw NodeError(text: ToyRefusal.gapPrevious.text)
    }
    let balance = ledger.balance(of: state.account) ?? .zero
    let badBalance = NodeError(text: "Invalid block balance for given subtype")
    let badPrevious = NodeError(text: "Invalid previous block for given subtype")
    switch word {
    case "send": guard balance > state.balance else { throw badBalance }
    case "receive": guard balance <= state.balance else { throw badBalance }
    case "open": guard state.previous.isZero else { throw badPrevious }
    case "change":
      guard balance == state.balance else { throw badBalance }
      guard !state.previous.isZero else { throw badPrevious }
    case "epoch":
      guard balance == state.balance else { throw badBalance }
      guard ToyLedger.epoch(of: state.link) != nil else { throw NodeError(text: "Invalid epoch link") }
    default: throw NodeError(text: "Invalid block subtype")
    }
  }
}
