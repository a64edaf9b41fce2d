/// Why the books of a toy Lightning node do not change.
package enum BookRefusal: Error, Hashable, Sendable {
  /// Another invoice has this label.
  case labelTaken
  /// Another invoice has this payment hash.
  case hashTaken
  /// There is no such invoice, or no such offer.
  case unknown
  /// It is not the state that was expected, but this one.
  case isInState(ToyInvoice.State)
  /// Too little, or more than is accepted, or nothing.
  case wrongAmount
  /// The description has been removed before.
  case noDescription
  /// The offer takes no more payments.
  case inactive
  /// It is no hold invoice, or its preimage is not known.
  case notHeld
  /// The books are full.
  case full

  /// A sentence for people.
  package var text: String {
    switch self {
    case .labelTaken: "another invoice has this label"
    case .hashTaken: "another invoice has this payment hash"
    case .unknown: "there is no such invoice or offer"
    case .isInState(let state): "it is \(state.rawValue)"
    case .wrongAmount: "the node does not take this amount for it"
    case .noDescription: "its description has been removed before"
    case .inactive: "the offer takes no more payments"
    case .notHeld: "no money is held for it"
    case .full: "the books are full"
    }
  }
}
