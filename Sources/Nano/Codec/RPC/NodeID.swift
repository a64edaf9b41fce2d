public import Primitives

/// `node_id`: the key under which other nodes know this one; only where the operator set `enable_control`.
///
/// The answer holds the private half too, which is not read and must not be kept: ask only where `telemetry` does not
/// tell.
public struct NodeID: RPCAction, Hashable {
  /// Asks for it.
  public init() {}

  /// The question.
  public var question: RPCQuestion { RPCQuestion("node_id") }

  /// Reads the answer: the public key.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Bytes32 {
    try NodeObject(value, "answer").required("node_id", NanoText.nodeID)
  }

  /// The text of a node's key, which begins with `node_` and goes on like an account's.
  public static func text(_ key: Bytes32) -> String { "node_" + NanoAddress.encode(key).dropFirst("nano_".count) }
}

extension NanoText {
  /// A node's key.
  static func nodeID(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Bytes32 {
    let words = try self.text(text, field)
    guard words.hasPrefix("node_") else { throw .badAccount(field) }
    do { return try NanoAddress.decode("nano_" + words.dropFirst("node_".count)) } catch { throw .badAccount(field) }
  }
}
