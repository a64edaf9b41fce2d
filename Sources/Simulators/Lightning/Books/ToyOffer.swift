package import Primitives

/// A BOLT12 offer in the books of a toy Lightning node.
package struct ToyOffer: Hashable, Sendable {
  package let id: Bytes32
  /// `lno1…`.
  package let text: String
  /// As it was spelled in JSON; nil without one.
  package let label: [UInt8]?
  /// Nil where the payer chooses.
  package let askedMsat: UInt64?
  package let description: String?
  /// Paid once at most.
  package let isSingleUse: Bool
  package let expiresAtS: Int64?
  package var isActive = true
  /// Whether an invoice for it has been paid.
  package var isUsed = false

  package init(
    id: Bytes32,
    text: String,
    label: [UInt8]?,
    askedMsat: UInt64?,
    description: String?,
    isSingleUse: Bool,
    expiresAtS: Int64?
  ) {
    self.id = id
    self.text = text
    self.label = label
    self.askedMsat = askedMsat
    self.description = description
    self.isSingleUse = isSingleUse
    self.expiresAtS = expiresAtS
  }
}
