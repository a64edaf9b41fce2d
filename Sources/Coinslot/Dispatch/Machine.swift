/// A machine that is driven by orders of ours rather than by a link of its own: a web endpoint, a broker, a car, a
/// program.
///
/// Unlike a device on our own link it keeps no numbers, so nothing protects against doing a deed twice but the rule
/// that a deed with an unknown end is never repeated, unless doing it again changes nothing.
public protocol Machine: Sendable {
  /// Why it could not be asked just now, in words for the operator; nil where it can.
  ///
  /// Looks for at most two seconds. What cannot be known without acting is no obstacle.
  func obstacle() async -> String?
  /// Carries out one deed and tells how it ended.
  ///
  /// Tries again by itself where it is proved that nothing happened, until `deed.deadlineMS`; never starts after it.
  /// `started` is to be called once where the deed runs for a time. Cancelling ends the waiting, never the deed.
  func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd
}

/// One thing for a machine to do, with what is known of why.
public struct Deed: Hashable, Sendable {
  /// The work's name: the same for every try, so it can serve as the key of an idempotent request.
  public let id: DispatchID
  /// Which output.
  public let channel: ChannelID
  /// What to do with it.
  public let command: Dispatch.Command
  /// It must start before this moment, wall-clock milliseconds.
  public let deadlineMS: Int64
  /// Whether an earlier try may have reached the machine and its end was not heard.
  public let mayHaveHappened: Bool
  /// Why it is done.
  public let cause: Cause

  /// A deed.
  public init(
    id: DispatchID,
    channel: ChannelID,
    command: Dispatch.Command,
    deadlineMS: Int64,
    mayHaveHappened: Bool,
    cause: Cause
  ) {
    self.id = id
    self.channel = channel
    self.command = command
    self.deadlineMS = deadlineMS
    self.mayHaveHappened = mayHaveHappened
    self.cause = cause
  }

  /// The sale behind a deed; all nil for a test.
  public struct Cause: Hashable, Sendable {
    /// The slot.
    public var slot: SlotID?
    /// The sale.
    public var sale: SaleID?
    /// The payment.
    public var payment: PaymentID?
    /// What was paid, in the asset's smallest unit.
    public var amount: Amount?
    /// The asset's code.
    public var asset: String?
    /// The function that was bought, by its name in the slot.
    public var function: String?
    /// What the payer wrote: hostile text, data only, never part of a command, an address or a key.
    public var comment: String?

    /// A cause; nothing known unless told.
    public init(
      slot: SlotID? = nil,
      sale: SaleID? = nil,
      payment: PaymentID? = nil,
      amount: Amount? = nil,
      asset: String? = nil,
      function: String? = nil,
      comment: String? = nil
    ) {
      self.slot = slot
      self.sale = sale
      self.payment = payment
      self.amount = amount
      self.asset = asset
      self.function = function
      self.comment = comment
    }
  }
}

/// How a deed ended.
public enum DeedEnd: Hashable, Sendable {
  /// It happened, and the machine said so.
  case done
  /// It was handed over to something that cannot answer.
  case sent
  /// It is proved that it did not happen; the word says why (`refused`, `away`, `too_late`).
  case notDone(String)
  /// It may have happened or not; it is never tried again.
  case unknown(String)
}
