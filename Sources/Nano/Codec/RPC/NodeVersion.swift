public import Primitives

/// `version`: what the node runs, and on which network.
public struct NodeVersion: RPCAction, Hashable {
  /// Asks for it.
  public init() {}

  /// The question.
  public var question: RPCQuestion { RPCQuestion("version") }

  /// Reads the answer.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Reply {
    let object = try NodeObject(value, "answer")
    return Reply(
      vendor: try object.required("node_vendor", NanoText.text),
      network: try object.optional("network", NanoText.text),
      networkIdentifier: try object.required("network_identifier", NanoText.bytes32)
    )
  }

  /// A node's own description.
  public struct Reply: Hashable, Sendable {
    /// Its name and version, `Nano V28.2`.
    public let vendor: String
    /// Its word for the network.
    public let network: String?
    /// The hash of the network's first block: the one thing here that binds to a network.
    public let networkIdentifier: Bytes32
  }
}
