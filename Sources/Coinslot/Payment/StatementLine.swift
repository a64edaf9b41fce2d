/// One payment as a node lists it; nothing in it is verified.
public struct StatementLine: Hashable, Sendable {
  /// The longest page of a statement, lines.
  public static let most = 1_000

  /// Its identity.
  public let id: PaymentID
  /// How much; nil where the node does not tell.
  public let amount: Amount?

  /// A line.
  public init(id: PaymentID, amount: Amount?) {
    self.id = id
    self.amount = amount
  }
}
