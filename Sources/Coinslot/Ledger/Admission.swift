/// What a payment does, decided purely by `SlotBook` inside the transaction that records it.
public enum Decision: Hashable, Sendable {
  /// It buys.
  case sell(SaleDraft)
  /// It is part of a quote that is not yet paid in full; `received` is the new sum.
  case part(quote: String, received: Amount)
  /// The money is kept for the operator, with all that came for `quote` before, which then is `.held`.
  case hold(HoldReason, slot: SlotID?, quote: String? = nil)
  /// It was made before watching began: recorded, visible, without effect.
  case beforeStart
}

/// A sale about to be recorded.
public struct SaleDraft: Hashable, Sendable {
  /// The slot.
  public let slot: SlotID
  /// The quote it pays, if any.
  public let quote: String?
  /// What was bought.
  public let purchase: Purchase
  /// What that costs.
  public let price: Amount
  /// What was paid above.
  public let remainder: Amount
  /// The work.
  public let work: DispatchDraft

  /// A sale to record.
  public init(
    slot: SlotID,
    quote: String?,
    purchase: Purchase,
    price: Amount,
    remainder: Amount,
    work: DispatchDraft
  ) {
    self.slot = slot
    self.quote = quote
    self.purchase = purchase
    self.price = price
    self.remainder = remainder
    self.work = work
  }
}

/// Work about to be recorded.
public struct DispatchDraft: Hashable, Sendable {
  /// The output.
  public let channel: ChannelID
  /// The command.
  public let command: Dispatch.Command
  /// It must start before this moment, wall-clock milliseconds.
  public let deadlineMS: Int64
  /// How long doubt may last after that, milliseconds.
  public let doubtMS: Int64

  /// Work to record.
  public init(channel: ChannelID, command: Dispatch.Command, deadlineMS: Int64, doubtMS: Int64) {
    self.channel = channel
    self.command = command
    self.deadlineMS = deadlineMS
    self.doubtMS = doubtMS
  }
}

/// What became of a payment that asked to be recorded.
public enum Admission: Hashable, Sendable {
  /// Recorded now; what it set off, if anything. `offered` tells whether the work got its number in the same commit.
  case recorded(Standing, sale: Sale?, dispatch: Dispatch?)
  /// Recorded before, the same to the last fact.
  case duplicate
  /// Recorded before with other facts: nothing was changed, a person must look.
  case contradicts
}

/// One payment on its way into the ledger.
public struct AdmissionRequest: Sendable {
  /// What was verified.
  public let verified: Verified
  /// Now, wall-clock milliseconds.
  public let nowMS: Int64
  /// The decision, called inside the transaction; pure but for reading the view.
  public let decide: @Sendable (Verified, any LedgerView) throws -> Decision
  /// The live session of a device, so that work can be offered in the same commit.
  public let session: @Sendable (DeviceID) -> SessionEpoch?
  /// How long the payer is remembered, milliseconds.
  public let personsKeptMS: Int64

  /// A request.
  public init(
    verified: Verified,
    nowMS: Int64,
    personsKeptMS: Int64 = PersonRecord.keptMS,
    session: @escaping @Sendable (DeviceID) -> SessionEpoch?,
    decide: @escaping @Sendable (Verified, any LedgerView) throws -> Decision
  ) {
    self.verified = verified
    self.nowMS = nowMS
    self.session = session
    self.personsKeptMS = personsKeptMS
    self.decide = decide
  }
}

/// What a decision may read, all from the transaction it is made in.
public protocol LedgerView {
  /// The open or still reserved quote that asks for exactly this amount at this shared account.
  func quote(on account: Account, due: Amount) throws -> Quote?
  /// The open or still reserved quote that owns this account.
  func quote(owning account: Account) throws -> Quote?
  /// The versions of a slot's price on a chain that were in force at some moment of the range, oldest first.
  func prices(of slot: SlotID, on chain: Chain, during range: ClosedRange<Int64>) throws -> [PriceVersion]
  /// Why the operator has closed the slot; nil where it is open.
  func closure(of slot: SlotID) throws -> String?
  /// When the ledger was last restored from a backup, wall-clock milliseconds; nil where it never was.
  var restoredAtMS: Int64? { get throws }
  /// The device, if known.
  func device(_ id: DeviceID) throws -> Device?
  /// The output, fresh if never used.
  func channel(_ id: ChannelID) throws -> Channel
  /// The output's open work, lowest sequence first, at most `ChannelBounds.openWork + stops` rows.
  func openWork(on channel: ChannelID) throws -> [Dispatch]
}

/// Bounds of what one output may pile up.
public enum ChannelBounds {
  /// Open pieces of work; beyond it payments are held as `queue_full`.
  public static let openWork = 64
  /// Stops that may be added on top of that, so that a full queue can still be stopped.
  public static let stops = 8
}
