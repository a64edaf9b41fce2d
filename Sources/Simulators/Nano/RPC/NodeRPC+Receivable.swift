import Coinslot
import Nano
import Primitives

extension NodeRPC {
  func receivable(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    let account = try request.account()
    let list = try list(request, account, count: request.optionalCount(), offset: request.offset(), ledger)
    return .object([.init("blocks", list)])
  }

  func accountsReceivable(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    let count = try request.optionalCount()
    var accounts: [PropertyTree.Member] = []
    for text in try request.list("accounts") {
      let account = try NodeRequest.account(text)
      let list = try list(request, account, count: count, offset: 0, ledger)
      if !list.children.isEmpty { accounts.append(.init(speech.address(account), list)) }
    }
    return .object([.init("blocks", .object(accounts))])
  }

  /// Hashes alone where neither source nor threshold nor order was asked for; by hash, or by amount where asked.
  private func list(
    _ request: NodeRequest,
    _ account: Bytes32,
    count: Int,
    offset: Int,
    _ ledger: ToyLedger
  ) throws(NodeError) -> PropertyTree {
    let threshold = try request.threshold()
    let isSorted = request.truth("sorting")
    let namesSource = request.truth("source")
    let isSimple = threshold == .zero && !namesSource && !isSorted
    let onlyConfirmed = request.truth("include_only_confirmed", release.hidesUnconfirmed)
    var waiting = faults.hideReceivable ? [] : ledger.receivable(for: account, onlyConfirmed: onlyConfirmed)
    if isSorted { waiting.sort { $0.waiting.amount > $1.waiting.amount } }
    // A node counts the offset before it looks at amounts, but after it when it sorts.
    if !isSorted { waiting = Array(waiting.dropFirst(offset)) }
    waiting = waiting.filter { $0.waiting.amount >= threshold }
    if isSorted { waiting = Array(waiting.dropFirst(offset)) }
    let shown = waiting.prefix(count)
    guard !isSimple else { return .list(shown.map { .text(speech.hash($0.hash)) }) }
    return .object(
      shown.map { send in
        let amount = told(send.waiting.amount).description
        guard namesSource else { return .init(speech.hash(send.hash), amount) }
        return .init(
          speech.hash(send.hash),
          .object([.init("amount", amount), .init("source", speech.address(send.waiting.source))])
        )
      }
    )
  }

  func told(_ amount: Amount) -> Amount { faults.wrongAmount.contains(.rpc) ? NanoFaults.thousandfold(amount) : amount }
}
