package import Primitives

/// Which node we talk to: the network it is on and, where it tells, the key under which other nodes know it.
package struct NodeIdentity: Hashable, Sendable {
  /// The hash of the network's first block.
  package let genesis: Bytes32
  /// The node's key; nil where it does not tell.
  package let nodeID: Bytes32?

  package init(genesis: Bytes32, nodeID: Bytes32?) {
    self.genesis = genesis
    self.nodeID = nodeID
  }

  /// Reads what `text` gives; nil for any other text.
  package init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count <= 2, let genesis = try? Hex.bytes32(String(parts[0])) else { return nil }
    self.genesis = genesis
    guard parts.count == 2 else {
      nodeID = nil
      return
    }
    let named = Array(parts[1].utf8)
    guard let nodeID = try? NanoText.nodeID(named.span, "node_id") else { return nil }
    self.nodeID = nodeID
  }

  /// To be kept and compared: the genesis as 64 hex digits, then where known a space and `node_…`.
  package var text: String {
    let first = genesis.hex(uppercase: true)
    return nodeID.map { "\(first) \(NodeID.text($0))" } ?? first
  }

  /// Whether both can be the same node; a key that one of them does not tell is no difference.
  package func mayBe(_ other: NodeIdentity) -> Bool {
    genesis == other.genesis && (nodeID == nil || other.nodeID == nil || nodeID == other.nodeID)
  }
}
