public import Primitives

/// `telemetry`: whether the node keeps up with the network.
public struct Telemetry: RPCAction, Hashable {
  /// Asks for it.
  public init() {}

  /// The question.
  public var question: RPCQuestion { RPCQuestion("telemetry") }

  /// Reads the answer.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Reply {
    let object = try NodeObject(value, "answer")
    return Reply(
      blockCount: try object.required("block_count", NanoText.number),
      cementedCount: try object.required("cemented_count", NanoText.number),
      peerCount: try object.required("peer_count", NanoText.number),
      uptimeSeconds: try object.required("uptime", NanoText.number),
      genesis: try object.optional("genesis_block", NanoText.bytes32),
      majorVersion: try object.optional("major_version", NanoText.number),
      nodeID: try? object.optional("node_id", NanoText.nodeID)
    )
  }

  /// A node's numbers.
  public struct Reply: Hashable, Sendable {
    /// How many blocks it has.
    public let blockCount: UInt64
    /// How many of them are final.
    public let cementedCount: UInt64
    /// How many nodes it is connected to.
    public let peerCount: UInt64
    /// How long it runs, seconds.
    public let uptimeSeconds: UInt64
    /// The hash of the network's first block, where told.
    public let genesis: Bytes32?
    /// Its major version, where told.
    public let majorVersion: UInt64?
    /// The key under which other nodes know it, where told.
    public let nodeID: Bytes32?

    /// How many blocks it has that are not final: large means it is behind, or the network is busy.
    public var uncemented: UInt64 { blockCount > cementedCount ? blockCount - cementedCount : 0 }
  }
}
