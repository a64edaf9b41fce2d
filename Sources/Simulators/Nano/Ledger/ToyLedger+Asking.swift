public import Coinslot
import Cryptography
package import Nano
public import Primitives

extension ToyLedger {
  /// A block with what is known of it; nil for an unknown or pruned one.
  public subscript(_ hash: Bytes32) -> ToyEntry? { entries[hash] }

  /// What an account owns; nil where it has no block.
  public func balance(of account: Bytes32) -> Amount? { chains[account].flatMap { entries[$0.frontier]?.balance } }

  /// How much a block moves; nil where the block before it was thrown away, or never was here.
  public func amount(of entry: ToyEntry) -> Amount? {
    switch entry.amount {
    case .stated(let amount): return amount
    case .unknown: return nil
    case .balances: break
    }
    guard let previous = entry.block.previous else { return entry.balance }
    guard let before = entries[previous]?.balance else { return nil }
    return entry.balance.subtracting(before) ?? before.subtracting(entry.balance)
  }

  /// What waits for an account, by the hash of the send, ordered by hash.
  public func receivable(for account: Bytes32, onlyConfirmed: Bool) -> [(hash: Bytes32, waiting: ToyReceivable)] {
    (receivables[account] ?? [:])
      .filter { !onlyConfirmed || entries[$0.key]?.isConfirmed ?? pruned.contains($0.key) }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Everything owned and everything on its way, in raw: the same after every operation.
  ///
  /// Nil where the sum is above 2¹²⁸ − 1, which cannot be.
  public var supply: Amount? {
    let owned = chains.values.lazy.compactMap { entries[$0.frontier]?.balance }
    let moving = receivables.values.lazy.flatMap { $0.values.map(\.amount) }
    return (Array(owned) + moving).reduce(Optional(Amount.zero)) { sum, amount in sum.flatMap { $0.adding(amount) } }
  }

  /// How many blocks there are, thrown away ones among them, and how many of them are final.
  public var counts: (blocks: Int, confirmed: Int, accounts: Int) {
    (
      entries.count + pruned.count, entries.values.reduce(pruned.count) { $0 + ($1.isConfirmed ? 1 : 0) }, chains.count
    )
  }

  /// Throws away the contents of an account's final blocks, all but the last, as a pruning node does.
  ///
  /// - Returns: How many.
  /// - Throws: `.accountNotFound`.
  @discardableResult
  public mutating func prune(_ account: Bytes32) throws(ToyRefusal) -> Int {
    guard let chain = chains[account] else { throw .accountNotFound }
    var count = 0
    var next = entries[chain.confirmedFrontier]?.block.previous
    while let hash = next, let entry = entries[hash] {
      next = entry.block.previous
      entries[hash] = nil
      pruned.insert(hash)
      count += 1
    }
    return count
  }

  package static func isSigned(_ block: Block, _ hash: Bytes32, by account: Bytes32) -> Bool {
    Ed25519Blake2b.isValid(signature: block.seal.signature, digest: hash, key: account)
  }
}
