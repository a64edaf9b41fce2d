/// A slot, a payment, and what it bought.
///
/// ## On failure
/// Committed in one transaction with its payment and its dispatch; ends visibly in an `Outcome`.
public struct Sale: Hashable, Sendable {
  /// Its name, `sal_` and a ULID.
  public let id: SaleID
  /// The slot.
  public let slot: SlotID
  /// The payment that completed it.
  public let payment: PaymentID
  /// The quote it answered, if any.
  public let quote: String?
  /// What was bought; nil where the money is held because it buys nothing.
  public let purchase: Purchase?
  /// What that costs.
  public let price: Amount
  /// What was paid above the price; shown on the receipt.
  public let remainder: Amount
  /// When it was recorded, wall-clock milliseconds.
  public let createdAtMS: Int64
  /// How it ended; nil while the effect waits or runs.
  public var outcome: Outcome?
  /// Why, in a word that pages translate (`HoldReason`, or what the device said).
  public var reason: String?
  /// When it ended, wall-clock milliseconds.
  public var endedAtMS: Int64?

  /// A sale.
  public init(
    id: SaleID,
    slot: SlotID,
    payment: PaymentID,
    quote: String?,
    purchase: Purchase?,
    price: Amount,
    remainder: Amount,
    createdAtMS: Int64,
    outcome: Outcome? = nil,
    reason: String? = nil,
    endedAtMS: Int64? = nil
  ) {
    self.id = id
    self.slot = slot
    self.payment = payment
    self.quote = quote
    self.purchase = purchase
    self.price = price
    self.remainder = remainder
    self.createdAtMS = createdAtMS
    self.outcome = outcome
    self.reason = reason
    self.endedAtMS = endedAtMS
  }
}

extension Sale {
  /// Money that is kept for the operator and bought nothing; with a quote, all that came for it.
  public static func held(
    _ id: SaleID,
    slot: SlotID,
    payment: PaymentID,
    quote: Quote?,
    amount: Amount,
    because reason: HoldReason,
    atMS nowMS: Int64
  ) -> Sale {
    Sale(
      id: id,
      slot: slot,
      payment: payment,
      quote: quote?.id,
      purchase: nil,
      price: .zero,
      remainder: amount,
      createdAtMS: nowMS,
      outcome: .held,
      reason: reason.rawValue,
      endedAtMS: nowMS
    )
  }
}

/// `sal_` and a ULID.
public struct SaleID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The text.
  public let rawValue: String
  /// Names a sale.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// The text.
  public var description: String { rawValue }
}

/// Why money that arrived did not buy anything (yet).
public enum HoldReason: String, Hashable, Sendable, CaseIterable {
  /// Less than the least price.
  case underpaid
  /// More than twice the dearest thing.
  case overpaid
  /// So old when it was found that the effect would surprise a stranger.
  case tooOld = "too_old"
  /// The operator had closed the slot.
  case closed
  /// The output was running and the slot does not add up or queue.
  case busy
  /// The queue of the output was full.
  case queueFull = "queue_full"
  /// The slot does not belong to the account any more, or several do and none is meant.
  case noSlot = "no_slot"
  /// A quote was paid after its end and the effect is not at the machine, or was never paid in full.
  case late
  /// The device is unknown, revoked, in quarantine, or its output is held for the operator.
  case deviceHeld = "device_held"
  /// Paid before the ledger was restored from a backup that lacks it: what it bought may have happened already.
  case foundAfterRestore = "found_after_restore"
}
