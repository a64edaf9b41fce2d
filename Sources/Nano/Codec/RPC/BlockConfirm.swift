public import Primitives

/// `block_confirm`: asks the network to vote on a block; an already final one is announced again instead.
public struct BlockConfirm: RPCAction, Hashable {
  /// The block's hash.
  public let hash: Bytes32

  /// Asks for a vote.
  public init(hash: Bytes32) { self.hash = hash }

  /// The question.
  public var question: RPCQuestion { RPCQuestion("block_confirm").hash("hash", hash) }

  /// Reads the answer: whether the node began.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Bool {
    try NodeObject(value, "answer").required("started", NanoText.flag)
  }
}
