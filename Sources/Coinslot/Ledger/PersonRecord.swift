/// What is kept of a person beside the accounts: an address that paid, or how a customer was told apart.
///
/// It stands apart from payments and quotes so that it can end without them. What stays when it ended is the accounting
/// core: amount, account, transaction, standing, sale and outcome, and a digest by which the same payment heard again
/// is still the same. The transaction itself stands on a public chain for anybody to read.
public struct PersonRecord: Hashable, Sendable {
  /// How the person is known.
  public let role: Role
  /// Their address or client name; nil where only evidence is kept.
  public let name: String?
  /// The payment it belongs to.
  public let payment: PaymentID?
  /// The quote it belongs to.
  public let quote: String?
  /// What was verified, in the network's own text, which names the payer; of a quote, what the customer wrote.
  public let evidence: String?
  /// When it is forgotten, wall-clock milliseconds.
  public let untilMS: Int64

  /// How a person is known.
  public enum Role: String, Hashable, Sendable, CaseIterable {
    /// They paid.
    case payer
    /// Another telling of a recorded payment said that they paid.
    case told
    /// They asked for a quote.
    case client
  }

  /// How long records are kept unless configured otherwise: 30 days, in milliseconds.
  public static let keptMS: Int64 = 30 * 86_400_000
  /// The most records that one call shows or forgets.
  public static let sweep = 1_000

  /// A record.
  public init(role: Role, name: String?, payment: PaymentID?, quote: String?, evidence: String?, untilMS: Int64) {
    self.role = role
    self.name = name
    self.payment = payment
    self.quote = quote
    self.evidence = evidence
    self.untilMS = untilMS
  }
}
