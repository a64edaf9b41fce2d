/// What a node says a state block does.
///
/// A claim: only the balances before and after prove it.
public enum Subtype: Hashable, Sendable {
  /// The balance falls.
  case send
  /// The balance rises; an account's first block is one.
  case receive
  /// Only the representative changes.
  case change
  /// The network's operators changed the account's version.
  case epoch
  /// A word we do not know.
  case other
}

extension Subtype {
  init(_ word: String) {
    self =
      switch word {
      case "send": .send
      case "receive": .receive
      case "change": .change
      case "epoch": .epoch
      default: .other
      }
  }

  /// The word a node writes; nil for one we do not know.
  public var word: String? {
    switch self {
    case .send: "send"
    case .receive: "receive"
    case .change: "change"
    case .epoch: "epoch"
    case .other: nil
    }
  }
}
