public import Coinslot
public import Primitives

/// `block_info`: one block and what the node knows about it.
public struct BlockInfo: RPCAction, Hashable {
  /// The block's hash.
  public let hash: Bytes32
  /// Whether the block comes as an object; a string otherwise.
  ///
  /// Both are read.
  public let asObject: Bool

  /// Asks for a block.
  public init(hash: Bytes32, asObject: Bool = true) {
    self.hash = hash
    self.asObject = asObject
  }

  /// The question.
  public var question: RPCQuestion {
    RPCQuestion("block_info").flag("json_block", asObject ? true : nil).hash("hash", hash)
  }

  /// Reads the answer; the block in it must hash to what was asked for.
  ///
  /// - Throws: `NanoRefusal`, among them `.hashMismatch`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> KnownBlock {
    try KnownBlock(try NodeObject(value, "block_info"), hash: hash)
  }
}

/// A block as our own node has it.
public struct KnownBlock: Hashable, Sendable {
  /// Its hash, computed.
  public let hash: Bytes32
  /// Whose chain it is in.
  public let account: Bytes32
  /// How much it moves; nil where the block before is pruned.
  public let amount: Amount?
  /// What the account owned after it.
  public let balance: Amount
  /// Its number in the chain, from 1.
  public let height: UInt64
  /// When the node first had it, seconds since 1970 by the node's clock; 0 for very old blocks.
  public let localTimestamp: UInt64
  /// The block after it, where there is one and the node tells (version 23 and later).
  public let successor: Bytes32?
  /// Whether it is final.
  public let isConfirmed: Bool
  /// The block.
  public let block: Block
  /// What it does; nil for legacy blocks.
  public let subtype: Subtype?
  /// Whether it is a send nobody has taken up, where that was asked.
  public let isReceivable: Bool?
  /// The block that took it up, where that was asked and there is one (version 24 and later).
  public let receiveHash: Bytes32?
  /// The payer of the send it takes up, where that was asked.
  public let source: Bytes32?

  init(_ object: NodeObject, hash: Bytes32) throws(NanoRefusal) {
    account = try object.required("block_account", NanoText.account)
    amount = try object.optional("amount", NanoText.amount)
    balance = try object.required("balance", NanoText.amount)
    height = try object.required("height", NanoText.number)
    localTimestamp = try object.required("local_timestamp", NanoText.number)
    successor = try object.optional("successor", NanoText.bytes32OrNone) ?? nil
    isConfirmed = try object.required("confirmed", NanoText.flag)
    block = try Block(try object.required("contents"), field: "contents")
    subtype = try object.optional("subtype", NanoText.subtype)
    isReceivable = try object.optional("receivable", before: "pending", NanoText.flag)
    receiveHash = try object.optional("receive_hash", NanoText.bytes32OrNone) ?? nil
    source = KnownBlock.source(object["source_account"])
    self.hash = block.hash
    guard self.hash == hash else { throw .hashMismatch }
    guard block.account == nil || block.account == account else { throw .badAccount("block_account") }
  }

  /// `source_account` is `0` for a block that takes nothing up.
  private static func source(_ value: JSONValue?) -> Bytes32? {
    value?.string.flatMap { try? NanoAddress.decode($0) }
  }
}
