public import Coinslot
import Cryptography
package import Nano
public import Primitives

/// A toy Nano network's ledger: real blocks, really signed, of accounts whose keys are thrown away.
///
/// Pure: it is told the time, reads no clock, has no sockets. It refuses what a node refuses. Money is neither made
/// nor lost: `supply` never changes, but by blocks loaded from a file.
public struct ToyLedger: Sendable {
  /// The hash of its first block: the network's identifier.
  public let genesis: Bytes32
  /// Throw-away accounts with money, in order of index.
  public let accounts: [ToyKey]
  /// The key that made the first block, votes for everyone and signs epochs.
  package let genesisKey: ToyKey
  /// The least work a block must prove; zero asks for none.
  public let workThreshold: UInt64
  /// The most blocks it keeps; beyond it everything new is refused with `.full`.
  public let maxBlocks: Int

  package var entries: [Bytes32: ToyEntry] = [:]
  package var chains: [Bytes32: ToyAccount] = [:]
  package var receivables: [Bytes32: [Bytes32: ToyReceivable]] = [:]
  /// By the hash of a send, the block that took it up.
  package var receivedBy: [Bytes32: Bytes32] = [:]
  /// Blocks whose contents were thrown away.
  package var pruned: Set<Bytes32> = []
  /// Blocks waiting as the other side of a fork, by the block they would follow.
  package var rivals: [Bytes32: [Block]] = [:]
  package private(set) var keys: [Bytes32: ToyKey] = [:]

  /// How a toy ledger begins.
  public struct Setup: Sendable {
    /// Whence all its keys come; see `ToyKey.seed(_:)`.
    public var seed: Bytes32
    /// Makes the hashes of one run differ from another's with the same keys, as they would in a living network.
    public var salt: UInt64
    /// How many throw-away accounts get money.
    public var accounts: Int
    /// What each of them gets, in raw.
    public var fund: Amount
    /// How many of them, from the first on, begin with the retired block types.
    public var legacyAccounts: Int
    /// The least work a block must prove; zero asks for none.
    public var workThreshold: UInt64
    /// The most blocks the ledger keeps.
    public var maxBlocks: Int

    /// A setup; eight accounts of a million XNO unless told otherwise.
    public init(
      seed: Bytes32 = ToyKey.seed("coinslot"),
      salt: UInt64 = 0,
      accounts: Int = 8,
      fund: Amount = Amount(1_000_000 * UInt128(1_000_000_000_000_000_000_000_000_000_000)),
      legacyAccounts: Int = 0,
      workThreshold: UInt64 = 0,
      maxBlocks: Int = 100_000
    ) {
      self.seed = seed
      self.salt = salt
      self.accounts = max(0, accounts)
      self.fund = fund
      self.legacyAccounts = max(0, min(legacyAccounts, accounts))
      self.workThreshold = workThreshold
      self.maxBlocks = maxBlocks
    }
  }

  /// A ledger with its first block and its accounts funded, everything confirmed.
  ///
  /// - Throws: `ToyRefusal.insufficientBalance` where the accounts would get more than there is, `.full` where the
  ///   bound is too low to begin.
  public init(_ setup: Setup = Setup(), nowMS: Int64) throws(ToyRefusal) {
    var ledger = ToyLedger(unfunded: setup, nowMS: nowMS)
    try ledger.fund(setup, nowMS: nowMS)
    ledger.confirmAll()
    self = ledger
  }

  private init(unfunded setup: Setup, nowMS: Int64) {
    let key = ToyKey(seed: setup.seed, index: .max)
    genesisKey = key
    accounts = (0..<UInt32(setup.accounts)).map { ToyKey(seed: setup.seed, index: $0) }
    workThreshold = setup.workThreshold
    maxBlocks = setup.maxBlocks
    let first = key.legacy(ToyWork.found(root: key.account, threshold: setup.workThreshold)) { seal in
      .open(LegacyOpen(source: key.account, representative: key.account, account: key.account, seal: seal))
    }
    genesis = first.hash
    keys = Dictionary(uniqueKeysWithValues: (accounts + [key]).map { ($0.account, $0) })
    insertGenesis(first, nowMS: nowMS)
  }

  private mutating func confirmAll() {
    for hash in Array(entries.keys) { entries[hash]?.isConfirmed = true }
    for (account, chain) in chains {
      chains[account]?.confirmedFrontier = chain.frontier
      chains[account]?.confirmedHeight = entries[chain.frontier]?.height ?? 0
    }
  }

  /// The key of a throw-away account; nil for any other.
  package func key(of account: Bytes32) -> ToyKey? { keys[account] }

  private mutating func insertGenesis(_ block: Block, nowMS: Int64) {
    entries[genesis] = ToyEntry(
      block: block,
      hash: genesis,
      account: genesisKey.account,
      balance: Amount(.max),
      height: 1,
      localTimestampS: nowMS / 1000,
      subtype: .receive,
      epoch: 0,
      representativeBlock: genesis,
      representative: genesisKey.account,
      amount: .balances,
      taken: nil,
      arrivedMS: nil,
      successor: .zero,
      isConfirmed: true
    )
    chains[genesisKey.account] = ToyAccount(
      open: genesis,
      frontier: genesis,
      confirmedHeight: 1,
      confirmedFrontier: genesis
    )
  }
}
