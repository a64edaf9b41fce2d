/// How a sale, or one piece of work, ended.
///
/// One list for code, pages, events and checkers.
public enum Outcome: String, Hashable, Sendable, CaseIterable {
  /// It happened, and the machine said so.
  case done
  /// It was sent to something that cannot answer.
  case sent
  /// It was stopped on the way; the record says how much happened.
  case partly
  /// Proof that it did not start in its time.
  case expired
  /// The machine said that it could not.
  case failed
  /// The money is kept for the operator to decide.
  case held
  /// The payer is owed the money.
  case refundDue = "refund_due"
  /// The money went back, verified or by the operator's word.
  case refunded
  /// The network took the payment back.
  case reverted
  /// It may have happened and nobody can tell.
  case unknown
}

/// Which pot a payment's money counts in: received = the sum of all pots, per account.
public enum Standing: String, Hashable, Sendable, CaseIterable {
  /// It bought something.
  case sold
  /// It waits for the operator.
  case held
  /// It is part of a quote not yet paid in full.
  case part
  /// It is owed back.
  case refundDue = "refund_due"
  /// It went back.
  case refunded
  /// It was paid before watching began.
  case beforeStart = "before_start"
  /// The network took it back.
  case reverted

  /// The pot of a payment whose sale ended so; nil (still running) is sold.
  public init(saleOutcome: Outcome?) {
    switch saleOutcome {
    case nil, .done, .sent, .partly, .unknown: self = .sold
    case .held: self = .held
    case .refundDue, .expired, .failed: self = .refundDue
    case .refunded: self = .refunded
    case .reverted: self = .reverted
    }
  }
}
