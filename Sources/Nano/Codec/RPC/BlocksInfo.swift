public import Primitives

/// `blocks_info`: several blocks at once.
public struct BlocksInfo: RPCAction, Hashable {
  /// The blocks' hashes.
  public let hashes: [Bytes32]
  /// Whether unknown hashes are listed; without it one of them makes the whole question fail.
  public let includeNotFound: Bool
  /// Whether each answer says if the send is still to be taken up.
  public let receivable: Bool?
  /// Whether each answer names the block that took the send up (version 24 and later).
  public let receiveHash: Bool?
  /// Whether each answer names the payer of the send that a receive takes up.
  public let source: Bool?
  /// Whether the blocks come as objects; strings otherwise.
  ///
  /// Both are read.
  public let asObject: Bool

  /// Asks for blocks.
  public init(
    hashes: [Bytes32],
    includeNotFound: Bool = true,
    receivable: Bool? = nil,
    receiveHash: Bool? = nil,
    source: Bool? = nil,
    asObject: Bool = true
  ) {
    self.hashes = hashes
    self.includeNotFound = includeNotFound
    self.receivable = receivable
    self.receiveHash = receiveHash
    self.source = source
    self.asObject = asObject
  }

  /// The question.
  public var question: RPCQuestion {
    RPCQuestion("blocks_info").flag("json_block", asObject ? true : nil).flag("receivable", receivable)
      .flag("receive_hash", receiveHash).flag("source", source)
      .flag("include_not_found", includeNotFound ? true : nil)
      .list("hashes", hashes.map { $0.hex(uppercase: true) })
  }

  /// Reads the answer; each block in it must hash to the name it stands under, and be one that was asked for.
  ///
  /// - Throws: `NanoRefusal`, among them `.hashMismatch`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Reply {
    let object = try NodeObject(value, "blocks_info")
    let asked = Set(hashes)
    var blocks: [Bytes32: KnownBlock] = [:]
    for member in try object.object("blocks").members {
      let hash = try NanoText.bytes32(Array(member.key.utf8).span, "blocks")
      guard asked.contains(hash) else { throw .hashMismatch }
      guard blocks[hash] == nil else { throw .twice("blocks") }
      blocks[hash] = try KnownBlock(try NodeObject(member.value, "blocks"), hash: hash)
    }
    var notFound: [Bytes32] = []
    if object["blocks_not_found"] != nil {
      for element in try object.list("blocks_not_found") {
        notFound.append(try NodeObject.read(element, "blocks_not_found", NanoText.bytes32))
      }
    }
    return Reply(blocks: blocks, notFound: notFound)
  }

  /// What the node has of them.
  public struct Reply: Hashable, Sendable {
    /// The blocks by their hashes.
    public let blocks: [Bytes32: KnownBlock]
    /// The hashes it knows no block of.
    public let notFound: [Bytes32]
  }
}
