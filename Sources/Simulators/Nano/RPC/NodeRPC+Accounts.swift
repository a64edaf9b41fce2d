import Coinslot
import Nano
import Primitives

extension NodeRPC {
  func accountInfo(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    let account = try request.account()
    guard let chain = ledger.chains[account], let last = ledger[chain.frontier] else { throw .accountNotFound }
    let saysConfirmed = release.hasIncludeConfirmed && request.truth("include_confirmed")
    let final = ledger[chain.confirmedFrontier]
    var members: [PropertyTree.Member] = [
      .init("frontier", speech.hash(chain.frontier)), .init("open_block", speech.hash(chain.open)),
      .init("representative_block", speech.hash(last.representativeBlock)),
      .init("balance", last.balance.description),
    ]
    if saysConfirmed { members.append(.init("confirmed_balance", (final?.balance ?? .zero).description)) }
    members += [
      .init("modified_timestamp", "\(last.localTimestampS)"), .init("block_count", "\(last.height)"),
      .init("account_version", "\(last.epoch)"),
      .init(saysConfirmed ? "confirmed_height" : "confirmation_height", "\(chain.confirmedHeight)"),
      .init(
        saysConfirmed ? "confirmed_frontier" : "confirmation_height_frontier",
        speech.hash(chain.confirmedFrontier)
      ),
    ]
    if request.truth("representative") {
      members.append(.init("representative", speech.address(last.representative)))
      if saysConfirmed {
        members.append(.init("confirmed_representative", speech.address(final?.representative ?? .zero)))
      }
    }
    if request.truth("weight") { members.append(.init("weight", weight(of: account, ledger).description)) }
    if request.truth("receivable", request.truth("pending")) {
      members += waiting(account, saysConfirmed: saysConfirmed, ledger)
    }
    return .object(members)
  }

  private func waiting(_ account: Bytes32, saysConfirmed: Bool, _ ledger: ToyLedger) -> [PropertyTree.Member] {
    let all = sum(account, onlyConfirmed: false, ledger).description
    var members: [PropertyTree.Member] = [.init("pending", all)]
    if release.hasReceivable { members.append(.init("receivable", all)) }
    guard saysConfirmed else { return members }
    let final = sum(account, onlyConfirmed: true, ledger).description
    members.append(.init("confirmed_pending", final))
    if release.hasReceivable { members.append(.init("confirmed_receivable", final)) }
    return members
  }

  func accountsBalances(_ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    var balances: [PropertyTree.Member] = []
    var errors: [PropertyTree.Member] = []
    for text in try request.list("accounts") {
      do throws(NodeError) {
        let account = try NodeRequest.account(text)
        balances.append(.init(text, .object(try balance(account, request, ledger))))
      } catch {
        errors.append(.init(text, error.text))
      }
    }
    guard !balances.isEmpty || !errors.isEmpty else { throw .empty }
    return .object(
      (balances.isEmpty ? [] : [.init("balances", .object(balances))])
        + (errors.isEmpty ? [] : [.init("errors", .object(errors))])
    )
  }

  func balance(
    _ account: Bytes32,
    _ request: NodeRequest,
    _ ledger: ToyLedger
  ) throws(NodeError) -> [PropertyTree.Member] {
    let onlyConfirmed = request.truth("include_only_confirmed", release.hidesUnconfirmed)
    let chain = ledger.chains[account]
    let head = onlyConfirmed ? chain?.confirmedFrontier : chain?.frontier
    let balance = head.flatMap { ledger[$0]?.balance } ?? .zero
    let waiting = sum(account, onlyConfirmed: onlyConfirmed, ledger).description
    return [.init("balance", balance.description), .init("pending", waiting)]
      + (release.hasReceivable ? [.init("receivable", waiting)] : [])
  }

  private func sum(_ account: Bytes32, onlyConfirmed: Bool, _ ledger: ToyLedger) -> Amount {
    guard !faults.hideReceivable else { return .zero }
    return ledger.receivable(for: account, onlyConfirmed: onlyConfirmed).reduce(.zero) { sum, send in
      sum.adding(told(send.waiting.amount)) ?? Amount(.max)
    }
  }

  private func weight(of account: Bytes32, _ ledger: ToyLedger) -> Amount {
    ledger.chains.values.compactMap { ledger[$0.frontier] }.filter { $0.representative == account }
      .reduce(.zero) { $0.adding($1.balance) ?? Amount(.max) }
  }
}
