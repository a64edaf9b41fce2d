import Coinslot
import Primitives

@testable import Nano

/// A node's answers are read or refused, whatever was asked; a block that is told is the one that was asked for.
///
/// The first byte chooses the question; what it asks for is taken from the answer, so that answers fit.
func fuzzRPC(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  let choice = input.byte(bytes)
  let body = input.rest(bytes)
  let value = try? JSONValue(parsing: body, maxDepth: 20)
  switch choice % 11 {
  case 0:
    let hash = value?["contents"].flatMap { try? SpokenBlock($0) }?.block.hash ?? .zero
    if let known = asked(BlockInfo(hash: hash), body) { holds(known, hash) }
  case 1:
    let hashes = keys(of: value?["blocks"]).compactMap { try? Hex.bytes32($0) }
    guard let reply = asked(BlocksInfo(hashes: hashes), body) else { return }
    for (hash, known) in reply.blocks { holds(known, hash) }
    expect(Set(reply.blocks.keys).isSubset(of: hashes), "a block that was not asked for")
  case 2: _ = asked(AccountInfo(account: .zero), body)
  case 3:
    let account = value?["account"]?.string.flatMap { try? NanoAddress.decode($0) } ?? .zero
    guard let reply = asked(AccountHistory(account: account, count: 10), body) else { return }
    for entry in reply.entries where entry.takenUp != nil { expect(entry.subtype != .send, "a send takes nothing up") }
  case 4:
    let accounts = keys(of: value?["blocks"]).compactMap { try? NanoAddress.decode($0) }
    guard let reply = asked(AccountsReceivable(accounts: accounts, count: 10), body) else { return }
    expect(Set(reply.keys).isSubset(of: accounts), "an account that was not asked for")
  case 5: _ = asked(ReceivableSends(account: .zero, count: 10), body)
  case 6: _ = asked(BlockConfirm(hash: .zero), body)
  case 7: _ = asked(ConfirmationHistory(), body)
  case 8: _ = asked(NodeVersion(), body)
  case 9:
    if let reply = asked(Telemetry(), body) { expect(reply.uncemented <= reply.blockCount, "more unfinal than all") }
  default: _ = asked(ReceivableSends(account: .zero, count: 10, usesOldName: true), body)
  }
}

private func asked<Action: RPCAction>(_ action: Action, _ body: [UInt8]) -> Action.Reply? {
  expect((try? JSONValue(parsing: action.body)) != nil, "a question that is no JSON")
  do { return try action.reply(decoding: body.span) } catch {
    if case .error(.other(let text)) = error { expect(text.count <= 200, "a long refusal is kept") }
    return nil
  }
}

private func keys(of value: JSONValue?) -> [String] { (value?.object ?? []).map(\.key) }

private func holds(_ known: KnownBlock, _ hash: Bytes32) {
  expect(known.hash == hash && known.block.hash == hash, "another block than asked for")
  expect(known.block.account == nil || known.block.account == known.account, "in another chain")
  expect(known.block.previous != known.hash, "its own predecessor")
}
