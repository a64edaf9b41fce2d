public import Coinslot
public import Primitives

/// What a node posts for every block that the network confirms, ours or not.
///
/// Nobody signed the envelope.
///
/// Node versions differ: before 19 there is no `subtype` and accounts begin with `xrb_`; legacy blocks have neither
/// `is_send` nor `subtype`; where the node has pruned the block before, a send is said to move `0`.
public struct NanoCallback: Hashable, Sendable {
  /// Whose chain the block is said to belong to; of most legacy blocks the only word on that.
  public let account: Bytes32
  /// What the block is said to hash to.
  public let hash: Bytes32
  /// The block itself, with what is said inside it.
  public let spoken: SpokenBlock
  /// How much is said to move; zero and nil both mean that the node does not know.
  public let amount: Amount?
  /// What `is_send` says: a node writes `true` for a state send and leaves it out otherwise.
  public let isSend: Bool?
  /// What the node says the block does.
  public let subtype: Subtype?

  /// The longest body a node can send has about 1200 bytes; no longer one than this is read.
  public static let bodyLimit = 64 * 1024

  /// Reads a body, strictly: a JSON object in which `block` is a string holding the text of one block.
  ///
  /// Members of no meaning are read over. Whether hash, account and link agree is for `CallbackVerdict` to say.
  ///
  /// - Throws: `NanoRefusal`.
  public init(decoding body: Span<UInt8>) throws(NanoRefusal) {
    guard body.count <= NanoCallback.bodyLimit else { throw .badLength("body") }
    let fields = try TextFields(.callback, ofWhole: body, maxDepth: 8)
    let block = try fields.required(.block)
    account = try fields.account(.account, in: body)
    hash = try fields.bytes32(.hash, in: body)
    spoken = try SpokenBlock(decoding: block.decoded(in: body).span)
    amount = fields[.amount] == nil ? nil : try fields.amount(.amount, in: body)
    isSend = try NanoCallback.isSend(fields, in: body)
    subtype = fields.subtype(in: body)
  }

  /// Whether it speaks of a send: the subtype where there is one, else `is_send`; of legacy blocks the type.
  public var claimsSend: Bool {
    switch spoken.block {
    case .state: NanoCallback.claimsStateSend(subtype: subtype, isSend: isSend)
    case .send: subtype == nil || subtype == .send
    case .receive, .open, .change: false
    }
  }
}

extension NanoCallback {
  /// The key that the send in this body pays, if it speaks of a send; nil for every other block.
  ///
  /// This is the question asked of every block of the whole network, so it is answered in one pass over the bytes,
  /// without a copy where the block is printed as nodes print it, and without hashing anything. Nothing in the answer
  /// is verified.
  ///
  /// - Throws: `NanoRefusal` where the body is not JSON or one of the members looked at is not what it should be.
  public static func destination(of body: Span<UInt8>) throws(NanoRefusal) -> Bytes32? {
    guard body.count <= bodyLimit else { throw .badLength("body") }
    let fields = try TextFields(.callback, ofWhole: body, maxDepth: 8)
    let block = try fields.required(.block)
    let subtype = fields.subtype(in: body)
    let isSend = try isSend(fields, in: body)
    // A node that says what a state block does, and says something else than a send, has answered already.
    guard subtype == nil || subtype == .send else { return nil }
    guard let glance = BlockGlance(block, in: body) else {
      let block = try SpokenBlock(decoding: block.decoded(in: body).span).block
      if case .state = block { return claimsStateSend(subtype: subtype, isSend: isSend) ? block.destination : nil }
      return block.destination
    }
    switch glance.type {
    case .state:
      guard claimsStateSend(subtype: subtype, isSend: isSend) else { return nil }
      return try NanoText.bytes32(body.extracting(try glance.required(.link)), Field.link.name)
    case .send: return try NanoText.account(body.extracting(try glance.required(.destination)), Field.destination.name)
    case .other: return nil
    }
  }

  static func claimsStateSend(subtype: Subtype?, isSend: Bool?) -> Bool {
    if let subtype { subtype == .send } else { isSend == true }
  }

  private static func isSend(_ fields: TextFields, in body: Span<UInt8>) throws(NanoRefusal) -> Bool? {
    guard let text = fields[.isSend] else { return nil }
    if text.equals("true", in: body) { return true }
    guard text.equals("false", in: body) else { throw .unknownWord(Field.isSend.name) }
    return false
  }
}
