import Coinslot
import Cryptography
import Nano
import Primitives

extension ToyLedger {
  /// The blocks after the first: a mark of this run, the epochs, and money for the throw-away accounts.
  mutating func fund(_ setup: Setup, nowMS: Int64) throws(ToyRefusal) {
    // The salt is a representative nobody is: it costs one block and changes every hash after it.
    let nobody = ToyLedger.nobody(setup.salt)
    try add(try legacyChange(genesisKey, to: nobody), nowMS)
    for index in 0..<setup.legacyAccounts { try fundLegacy(accounts[index], setup.fund, nowMS) }
    try add(try upgrade(genesisKey.account, to: 1), nowMS)
    try add(try upgrade(genesisKey.account, to: 2), nowMS)
    for index in setup.legacyAccounts..<accounts.count { try fund(accounts[index], setup.fund, nowMS) }
  }

  private mutating func fundLegacy(_ key: ToyKey, _ amount: Amount, _ nowMS: Int64) throws(ToyRefusal) {
    let block = try legacySend(genesisKey, to: key.account, amount: amount)
    try add(block, nowMS)
    try add(try legacyReceive(key, block.hash), nowMS)
  }

  private mutating func fund(_ key: ToyKey, _ amount: Amount, _ nowMS: Int64) throws(ToyRefusal) {
    let block = try send(genesisKey, to: key.account, amount: amount)
    try add(block, nowMS)
    try add(try receive(key, block.hash), nowMS)
  }

  private static func nobody(_ salt: UInt64) -> Bytes32 {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: salt >> UInt64(8 * $0)) }
    return Sodium.Blake2b.hash(bytes.span)
  }

  private mutating func add(_ block: Block, _ nowMS: Int64) throws(ToyRefusal) {
    _ = try process(block, nowMS: nowMS, isLive: false)
  }
}
