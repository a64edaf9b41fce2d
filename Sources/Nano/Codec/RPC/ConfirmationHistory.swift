public import Coinslot
public import Primitives

/// `confirmation_history`: the last votes that ended, at most 2048; an aid for finding faults.
public struct ConfirmationHistory: RPCAction, Hashable {
  /// The one block to look for; all where nil.
  public let hash: Bytes32?

  /// Asks for past votes.
  public init(hash: Bytes32? = nil) { self.hash = hash }

  /// The question.
  public var question: RPCQuestion { RPCQuestion("confirmation_history").hash("hash", hash) }

  /// Reads the answer.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> [Vote] {
    var votes: [Vote] = []
    for element in try NodeObject(value, "answer").list("confirmations") {
      let object = try NodeObject(element, "confirmations")
      votes.append(
        Vote(
          hash: try object.required("hash", NanoText.bytes32),
          time: try object.required("time", NanoText.number),
          durationMS: try object.optional("duration", NanoText.number),
          tally: try object.required("tally", NanoText.amount)
        )
      )
    }
    return votes
  }

  /// A vote that ended.
  public struct Vote: Hashable, Sendable {
    /// The block that won.
    public let hash: Bytes32
    /// When, as the node writes it: since 1970, in milliseconds on any version in use.
    public let time: UInt64
    /// How long it took, milliseconds.
    public let durationMS: UInt64?
    /// Voting weight for the block, raw.
    public let tally: Amount
  }
}
