public import Coinslot
public import Cryptography
public import Primitives

/// One entry of one account's chain, of any of the five types the network ever had.
///
/// It holds what is signed and nothing that is merely said about it: whether a block is a send, how much it moves and
/// when it came are not in it.
public enum Block: Hashable, Sendable {
  /// The only type made today: every change of an account in one form.
  case state(StateBlock)
  /// Retired: money leaves.
  case send(LegacySend)
  /// Retired: money is taken up.
  case receive(LegacyReceive)
  /// Retired: an account's first block.
  case open(LegacyOpen)
  /// Retired: another representative.
  case change(LegacyChange)

  /// What closes a block: neither part is in the hash.
  public struct Seal: Hashable, Sendable {
    /// By the owner of the account over the block's hash.
    ///
    /// May arrive in a second valid form: see `Ed25519Blake2b`.
    public let signature: Ed25519Signature
    /// The proof of work.
    public let work: Work

    /// A seal.
    public init(signature: Ed25519Signature, work: Work) {
      self.signature = signature
      self.work = work
    }
  }
}

extension Block {
  /// The block's name and, for a send, the payment's: BLAKE2b-256 over its signed fields.
  public var hash: Bytes32 {
    switch self {
    case .state(let block): block.hash
    case .send(let block): block.hash
    case .receive(let block): block.hash
    case .open(let block): block.hash
    case .change(let block): block.hash
    }
  }

  /// Signature and work.
  public var seal: Seal {
    switch self {
    case .state(let block): block.seal
    case .send(let block): block.seal
    case .receive(let block): block.seal
    case .open(let block): block.seal
    case .change(let block): block.seal
    }
  }

  /// Whose chain it belongs to, where the block says so: state and open blocks only.
  public var account: Bytes32? {
    switch self {
    case .state(let block): block.account
    case .open(let block): block.account
    case .send, .receive, .change: nil
    }
  }

  /// The hash of the block before it; nil for an account's first.
  public var previous: Bytes32? {
    switch self {
    case .state(let block): block.previous.isZero ? nil : block.previous
    case .send(let block): block.previous
    case .receive(let block): block.previous
    case .change(let block): block.previous
    case .open: nil
    }
  }

  /// What the account owns after it, where the block says so: state and legacy send blocks only.
  public var balance: Amount? {
    switch self {
    case .state(let block): block.balance
    case .send(let block): block.balance
    case .receive, .open, .change: nil
    }
  }

  /// Whom it pays if it is a send: the link of a state block, the destination of a legacy send, else nil.
  public var destination: Bytes32? {
    switch self {
    case .state(let block): block.link
    case .send(let block): block.destination
    case .receive, .open, .change: nil
    }
  }

  /// What its work is proven over: the block before it, or the account for an account's first; nil where unknown.
  public var root: Bytes32? { previous ?? account }
}
