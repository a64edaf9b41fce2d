/// A hint that something was paid; proves nothing.
public struct Sighting: Hashable, Sendable {
  /// The payment it hints at.
  public let id: PaymentID
  /// The account of ours it is said to pay.
  public let account: Account
  /// When the hint reached us, wall-clock milliseconds.
  public let heardAtMS: Int64

  /// A hint.
  public init(id: PaymentID, account: Account, heardAtMS: Int64) {
    self.id = id
    self.account = account
    self.heardAtMS = heardAtMS
  }
}

/// Where hints go.
public protocol SightingInbox: Sendable {
  /// Takes a hint, or says why not; never waits.
  func hear(_ sighting: Sighting) -> Hearing
  /// The source lost its connection and has it again, so hints may have been lost: read everything anew.
  func missedSome(of chain: Chain)
}

/// What became of a hint.
public enum Hearing: Hashable, Sendable {
  /// It waits for its turn.
  case queued
  /// The same payment is already being looked at.
  case merged
  /// The queue is full; the re-read will find the payment later.
  case full
}
