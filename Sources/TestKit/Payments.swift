public import Coinslot

/// Payments for tests; in the product only verifiers and the ledger can make one.
public enum Payments {
  /// A payment whose transaction is named, or numbered by its facts.
  public static func make(
    _ transaction: String = "A1",
    chain: Chain = .nanoLive,
    account: Account,
    payer: String? = "nano_payer",
    amount: Amount,
    earliestAtMS: Int64,
    evidence: String = "{}"
  ) -> Payment {
    Payment(
      id: PaymentID(chain: chain, transaction: transaction),
      account: account,
      payer: payer,
      amount: amount,
      earliestAtMS: earliestAtMS,
      evidence: evidence
    )
  }
}
