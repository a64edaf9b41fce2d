/// A network whose node makes a place to pay for each offer, instead of one address for many: Lightning's invoices.
public protocol InvoicingNetwork: PaymentNetwork {
  /// The one account that stands for the node: all money arrives there, whatever the invoice.
  var account: Account { get }
  /// Makes an invoice; asked again with the same order it gives the same one.
  ///
  /// - Throws: `VerificationFailure.unavailable` where the node does not answer or would not be paid.
  func invoice(_ order: InvoiceOrder) async throws(VerificationFailure) -> Invoice
}

/// What an invoice shall ask for.
public struct InvoiceOrder: Hashable, Sendable {
  /// The quote it is for; names the invoice at the node.
  public let quote: String
  /// What is sold.
  public let slot: SlotID
  /// What to pay.
  public let amount: Amount
  /// What the payer's wallet shows.
  public let description: Description
  /// How long it can be paid, milliseconds.
  public let lifeMS: Int64

  /// What a wallet shows of an invoice.
  public enum Description: Hashable, Sendable {
    /// A text inside it.
    case text(String)
    /// A text it holds only the hash of: what the wallet was told before (LUD-06).
    case hashed(String)
  }

  /// An order.
  public init(quote: String, slot: SlotID, amount: Amount, description: Description, lifeMS: Int64) {
    self.quote = quote
    self.slot = slot
    self.amount = amount
    self.description = description
    self.lifeMS = lifeMS
  }
}

/// An invoice as its payer gets it.
public struct Invoice: Hashable, Sendable {
  /// Where the money arrives, known by the invoice's hash, which is the identity of its payment too.
  public let account: Account
  /// The text a wallet reads.
  public let text: String
  /// Until when it can be paid, wall-clock milliseconds.
  public let expiresAtMS: Int64

  /// An invoice.
  public init(account: Account, text: String, expiresAtMS: Int64) {
    self.account = account
    self.text = text
    self.expiresAtMS = expiresAtMS
  }
}
