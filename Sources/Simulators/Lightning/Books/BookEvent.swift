/// Something that has changed in the books, for those who wait for it.
package struct BookEvent: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case created, paid, expired, described, deleted, accepted, cancelled
  }

  package let kind: Kind
  /// What the counter of its kind (created, updated, deleted) says now; nil where none counts it.
  package let index: UInt64?
  /// The invoice after the change; before it, where it is gone.
  package let invoice: ToyInvoice
}
