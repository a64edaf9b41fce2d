import Primitives

/// What makes a payment that payment, whoever tells of it and however often: chain, transaction and position in it.
public struct PaymentID: Hashable, Sendable, CustomStringConvertible {
  /// The chain.
  public let chain: Chain
  /// The transaction in the chain's own spelling; for Nano the hash of the send block, 64 upper-case hex digits.
  public let transaction: String
  /// The position inside the transaction; 0 where a transaction pays once.
  public let position: UInt32

  /// Names a payment.
  public init(chain: Chain, transaction: String, position: UInt32 = 0) {
    self.chain = chain
    self.transaction = transaction
    self.position = position
  }

  /// `nano:live/ABC…/0`; the ledger's key.
  public var description: String { "\(chain)/\(transaction)/\(position)" }

  /// Reads the ledger's key; nil for any other text.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let chain = Chain(rawValue: String(parts[0])), !parts[1].isEmpty,
      let position = UInt32(parts[2])
    else { return nil }
    self.init(chain: chain, transaction: String(parts[1]), position: position)
  }
}

/// A verified, final transfer to one of our accounts.
///
/// It can be made only where it was verified or read back from the ledger, so holding one is the proof.
///
/// ## On failure
/// Persisted before anything happens because of it; heard again it is the same payment.
public struct Payment: Hashable, Sendable {
  /// Its identity.
  public let id: PaymentID
  /// The account of ours that it pays.
  public let account: Account
  /// The payer's address where the network tells it; often an exchange's, so never a place to refund to unasked.
  ///
  /// Nil too once the ledger has forgotten it.
  public let payer: String?
  /// How much arrived.
  public let amount: Amount
  /// The earliest moment it can have been made, wall-clock milliseconds; lives of effects start here.
  public let earliestAtMS: Int64
  /// What was verified, in the network's own text (a Nano block's JSON); empty once the ledger has forgotten it.
  public let evidence: String

  package init(
    id: PaymentID,
    account: Account,
    payer: String?,
    amount: Amount,
    earliestAtMS: Int64,
    evidence: String
  ) {
    self.id = id
    self.account = account
    self.payer = payer
    self.amount = amount
    self.earliestAtMS = earliestAtMS
    self.evidence = evidence
  }

  /// SHA-256 over the facts that can never change (identity, account, payer, amount).
  ///
  /// A second payment with the same identity and another digest means our books contradict the network.
  public var digest: [UInt8] {
    let facts = [id.description, account.address, payer ?? "", amount.description]
    return SHA256.digest(of: Array(facts.joined(separator: "\n").utf8))
  }
}
