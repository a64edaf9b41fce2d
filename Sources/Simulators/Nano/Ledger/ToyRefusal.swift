/// Why the toy network does not take a block: the reasons of a real node, in a real node's words.
public enum ToyRefusal: Error, Hashable, Sendable {
  /// The block is there already.
  case old
  /// Another block follows the same predecessor.
  case fork
  /// The block before it is unknown.
  case gapPrevious
  /// The send it takes up is unknown.
  case gapSource
  /// The owner of the account did not sign it.
  case badSignature
  /// A retired send that raises the balance.
  case negativeSpend
  /// The balance changes by something else than what is taken up.
  case balanceMismatch
  /// The send it takes up is for somebody else, or taken up already.
  case unreceivable
  /// A retired block after a state block, or an epoch out of order.
  case blockPosition
  /// The proof of work is below what the network asks for.
  case insufficientWork
  /// It would open the account that nobody owns.
  case openedBurnAccount
  /// The account has no block yet.
  case accountNotFound
  /// The block is unknown here.
  case blockNotFound
  /// The account has less than is to be sent.
  case insufficientBalance
  /// Nothing waits for the account to be taken up.
  case nothingReceivable
  /// A confirmed block stays.
  case confirmed
  /// The toy network keeps no more blocks; a real one has no such bound.
  case full

  /// What a node says.
  public var text: String {
    switch self {
    case .old: "Old block"
    case .fork: "Fork"
    case .gapPrevious: "Gap previous block"
    case .gapSource: "Gap source block"
    case .badSignature: "Bad signature"
    case .negativeSpend: "Negative spend"
    case .balanceMismatch: "Balance and amount delta do not match"
    case .unreceivable: "Unreceivable"
    case .blockPosition: "This block cannot follow the previous block"
    case .insufficientWork: "Block work is less than threshold"
    case .openedBurnAccount: "Block attempts to open the burn account"
    case .accountNotFound: "Account not found"
    case .blockNotFound: "Block not found"
    case .insufficientBalance: "Insufficient balance"
    case .nothingReceivable: "Block is not receivable"
    case .confirmed: "Block is confirmed"
    case .full: "The toy ledger is full"
    }
  }
}
