import Cryptography
public import Primitives

extension Block {
  /// Whether the owner of this key signed the block.
  ///
  /// False for every key that cannot have an honest owner, the burn account's among them, though the network's own
  /// arithmetic would let a forgery pass. False as well for the blocks that mark an epoch, which others sign.
  public func isSigned(by owner: Bytes32) -> Bool {
    Ed25519Blake2b.isValid(signature: seal.signature, digest: hash, key: owner)
  }

  /// Whether its work is worth what the live network asks of such a block since 2020; false where its root is unknown.
  ///
  /// A send or a change costs more than a receive.
  public func hasWork(asSend isSend: Bool) -> Bool {
    guard let root else { return false }
    return seal.work.meets(isSend ? .epoch2Send : .epoch2Receive, root: root)
  }
}
