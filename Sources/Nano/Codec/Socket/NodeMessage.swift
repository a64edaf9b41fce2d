public import Primitives

/// One text a node sends on its WebSocket.
public enum NodeMessage: Hashable, Sendable {
  /// It did what it was asked. There is no message for what it did not do.
  case ack(SocketAck)
  /// The network confirmed a block.
  case confirmation(ConfirmationMessage)
  /// The node has a block that is not confirmed, and may never be.
  case unconfirmedBlock(UnconfirmedBlockMessage)
  /// A topic we do not read.
  case other(topic: String)

  /// The longest text that is read; with every vote of an election in it a notice stays well below.
  public static let limit = 1 << 20

  /// Reads one text.
  ///
  /// - Throws: `NanoRefusal`. Members of no meaning are read over.
  public init(decoding text: Span<UInt8>) throws(NanoRefusal) {
    guard text.count <= NodeMessage.limit else { throw .badLength("message") }
    let value = try JSONValue(readingNano: text)
    guard value.object != nil else { throw .notObject }
    let envelope = try NodeObject(value, "message")
    let timeMS = try envelope.optional("time", NanoText.timeMS)
    if let action = try envelope.optional("ack", NanoText.text) {
      self = .ack(SocketAck(action: action, timeMS: timeMS, id: try envelope.optional("id", NanoText.text)))
      return
    }
    switch try envelope.required("topic", NanoText.text) {
    case "confirmation":
      self = .confirmation(try ConfirmationMessage(message: try envelope.object("message"), timeMS: timeMS))
    case "new_unconfirmed_block":
      self = .unconfirmedBlock(
        UnconfirmedBlockMessage(
          timeMS: timeMS,
          hash: try envelope.optional("hash", NanoText.bytes32),
          spoken: try SpokenBlock(try envelope.required("message"), field: "message")
        )
      )
    case let topic: self = .other(topic: topic)
    }
  }
}

/// A node's word that it did what a client asked with `"ack": true`, or that it lives.
public struct SocketAck: Hashable, Sendable {
  /// The action that was asked for; `pong` answers `ping`.
  public let action: String
  /// When, milliseconds since 1970 by the node's clock.
  public let timeMS: Int64?
  /// The name the client gave its request, if any.
  public let id: String?

  /// An acknowledgement.
  public init(action: String, timeMS: Int64?, id: String?) {
    self.action = action
    self.timeMS = timeMS
    self.id = id
  }

  /// Whether it answers a ping.
  public var isPong: Bool { action == "pong" }
}

/// A block that a node has seen: a hint that a payment may come, and worth nothing until it is confirmed.
public struct UnconfirmedBlockMessage: Hashable, Sendable {
  /// When the node sent it, milliseconds since 1970 by its clock.
  public let timeMS: Int64?
  /// What the block is said to hash to; nodes before version 28 leave it out.
  public let hash: Bytes32?
  /// The block.
  public let spoken: SpokenBlock
}
