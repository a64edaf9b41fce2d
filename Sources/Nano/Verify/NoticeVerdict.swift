public import Coinslot
public import Primitives

/// What a careful listener makes of a notice by itself, before asking anybody.
///
/// Never more than a hint.
public enum NoticeVerdict: Hashable, Sendable {
  /// Well-formed, hash and signature good, said to be a send: ask our own node before recording it.
  case candidate(Candidate)
  /// Confirmed, they say, but the block is not in it: fetch it by its hash.
  case fetch(hash: Bytes32)
  /// Well-formed and signed, but not confirmed.
  case seenOnly(hash: Bytes32)
  /// Well-formed, and nothing for us.
  case ignore(Dull)
  /// Malformed, or it contradicts itself.
  case reject(Flaw)

  /// A send, if what is said about it is true.
  public struct Candidate: Hashable, Sendable {
    /// The computed hash of the block, the identity of the payment.
    public let hash: Bytes32
    /// The key that signed: the payer's.
    public let payer: Bytes32
    /// The signed key it pays.
    public let destination: Bytes32
    /// How much it is said to pay; zero and nil both mean unknown.
    public let claimedAmount: Amount?
    /// Whether it is a send of the retired kind, whose owner only the envelope names.
    public let isLegacy: Bool
  }

  /// Why a notice is of no interest.
  public enum Dull: Hashable, Sendable {
    /// Neither `subtype` nor `is_send` says that it is a send.
    case notClaimedSend
    /// It is said to be something else.
    case subtype(Subtype)
    /// A retired block that is no send.
    case legacy(type: String)
    /// An account's first block, which only ever receives.
    case openingBlock
    /// Not about a block.
    case otherTopic
  }

  /// What is wrong with a notice.
  public enum Flaw: Hashable, Sendable {
    /// It cannot be read.
    case malformed(NanoRefusal)
    /// The block does not hash to what was said.
    case hashMismatch
    /// The block belongs to another account than was said.
    case accountMismatch
    /// `link_as_account` names another account than the signed link.
    case inconsistentLink
    /// The account's owner did not sign this.
    case badSignature
  }
}

extension NoticeVerdict {
  /// Looks at the body of a callback.
  public init(callback body: Span<UInt8>) {
    do { self.init(try NanoCallback(decoding: body)) } catch { self = .reject(.malformed(error)) }
  }

  /// Looks at a callback.
  public init(_ callback: NanoCallback) {
    self = Self.judge(
      callback.spoken,
      account: callback.account,
      hash: callback.hash,
      amount: callback.amount,
      subtype: callback.subtype,
      claimsSend: callback.claimsSend
    )
  }

  /// Looks at a text from the node's WebSocket.
  public init(message text: Span<UInt8>) {
    do { self.init(try NodeMessage(decoding: text)) } catch { self = .reject(.malformed(error)) }
  }

  /// Looks at a message from the node's WebSocket.
  public init(_ message: NodeMessage) {
    switch message {
    case .confirmation(let message): self.init(message)
    case .unconfirmedBlock(let message): self = Self.judge(message)
    case .ack, .other: self = .ignore(.otherTopic)
    }
  }

  /// Looks at a confirmation.
  public init(_ message: ConfirmationMessage) {
    guard let spoken = message.spoken else {
      self = .fetch(hash: message.hash)
      return
    }
    self = Self.judge(
      spoken,
      account: message.account,
      hash: message.hash,
      amount: message.amount,
      subtype: spoken.subtype,
      claimsSend: message.claimsSend
    )
  }

  private static func judge(
    _ spoken: SpokenBlock,
    account: Bytes32,
    hash: Bytes32,
    amount: Amount?,
    subtype: Subtype?,
    claimsSend: Bool
  ) -> NoticeVerdict {
    let block = spoken.block
    guard block.hash == hash else { return .reject(.hashMismatch) }
    guard block.account == nil || block.account == account else { return .reject(.accountMismatch) }
    guard spoken.isConsistent else { return .reject(.inconsistentLink) }
    guard claimsSend, let destination = block.destination else { return .ignore(dull(block, subtype)) }
    guard block.previous != nil else { return .ignore(.openingBlock) }
    guard block.isSigned(by: account) else { return .reject(.badSignature) }
    let isLegacy = block.account == nil
    return .candidate(
      Candidate(hash: hash, payer: account, destination: destination, claimedAmount: amount, isLegacy: isLegacy)
    )
  }

  private static func judge(_ message: UnconfirmedBlockMessage) -> NoticeVerdict {
    let block = message.spoken.block
    let hash = block.hash
    guard message.hash == nil || message.hash == hash else { return .reject(.hashMismatch) }
    guard message.spoken.isConsistent else { return .reject(.inconsistentLink) }
    if message.spoken.subtype == .epoch { return .ignore(.subtype(.epoch)) }
    guard let owner = block.account else { return .ignore(.legacy(type: block.typeName)) }
    guard block.isSigned(by: owner) else { return .reject(.badSignature) }
    return .seenOnly(hash: hash)
  }

  private static func dull(_ block: Block, _ subtype: Subtype?) -> Dull {
    guard case .state = block else { return .legacy(type: block.typeName) }
    return subtype.map { .subtype($0) } ?? .notClaimedSend
  }
}
