/// One chain of one network, seen through our own node: hears hints, verifies, re-reads after an outage.
public protocol PaymentNetwork: Sendable {
  /// The chain that every answer is about.
  var chain: Chain { get }
  /// The asset that is paid there.
  var asset: Asset { get }
  /// How well the source hears just now.
  var health: SourceHealth { get }
  /// Whether the node was away or is behind, so that the moments it notes for payments may be later than they were made.
  var mayStampLate: Bool { get }

  /// The account a person's text names.
  ///
  /// - Throws: `AddressRefusal` with a sentence for the person who typed it.
  func account(_ text: String) throws(AddressRefusal) -> Account
  /// A wallet link that asks for a payment; the amount is left to the payer where nil.
  func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String

  /// Replaces the set of accounts to listen for, each with the least amount worth hearing of.
  func watch(_ accounts: [Account: Amount]) async
  /// Listens until cancelled, reconnecting for ever, and hands every hint to `inbox`.
  func listen(into inbox: any SightingInbox) async
  /// Which ledger our node is on (for Nano the genesis hash).
  ///
  /// - Throws: `.unavailable` where the node does not answer or is on another network than `chain`.
  func genesis() async throws(VerificationFailure) -> String
  /// Which node we talk to, to be kept and compared; where a network cannot tell more, which ledger it is on.
  ///
  /// - Throws: as `genesis`.
  func identity() async throws(VerificationFailure) -> String
  /// Whether two texts of `identity` can be of the same node.
  func isSameNode(_ kept: String, _ now: String) -> Bool
  /// Looks at one hint with the eyes of our own node.
  ///
  /// - Throws: `VerificationFailure`, sorted by what to do next.
  func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified
  /// Where an account stands before its slot opens, and the payments that are already there.
  func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark
  /// Every payment the node still holds that came after `cursor`.
  func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure) -> Reread
  /// Every final payment to an account that the node knows of and that came after `cursor`, of whatever amount, by the
  /// node's word alone: to compare the books with.
  ///
  /// `page` is given at most `StatementLine.most` lines at a time, in no promised order; a payment may come twice.
  /// Gives what could not be told, in words for the operator.
  ///
  /// - Throws: `VerificationFailure` where the node cannot answer to the end, and what `page` throws.
  func statement(
    of account: Account,
    from cursor: Cursor,
    _ page: ([StatementLine]) async throws -> Void
  ) async throws -> [String]
}

extension PaymentNetwork {
  /// No: for networks whose payments carry their own moment.
  public var mayStampLate: Bool { false }
  /// The ledger it is on.
  public func identity() async throws(VerificationFailure) -> String { try await genesis() }
  /// The same text.
  public func isSameNode(_ kept: String, _ now: String) -> Bool { kept == now }
}

/// A place in an account's history from which nothing earlier needs reading; opaque to all but its network.
///
/// ## On failure
/// Persisted only after every payment before it is; an older one than possible merely reads again.
public struct Cursor: Hashable, Sendable {
  /// The network's own text.
  public let position: String

  /// A place, in the network's own words.
  public init(position: String) { self.position = position }
}

/// The moment watching an account began.
///
/// What was paid before is recorded `before_start` and does nothing.
public struct StartMark: Hashable, Sendable {
  /// The account.
  public let account: Account
  /// Which ledger it was taken on (for Nano the genesis hash).
  public let genesis: String
  /// When, wall-clock milliseconds.
  public let takenAtMS: Int64
  /// Where the account's history stood.
  public let cursor: Cursor

  /// A mark.
  public init(account: Account, genesis: String, takenAtMS: Int64, cursor: Cursor) {
    self.account = account
    self.genesis = genesis
    self.takenAtMS = takenAtMS
    self.cursor = cursor
  }
}

/// A start mark just taken, with the payments that lay there unclaimed.
public struct NewMark: Sendable {
  /// The mark.
  public let mark: StartMark
  /// Payments older than the mark; to be recorded `before_start` before the mark is kept.
  public let before: [Payment]

  /// A mark and what lay there.
  public init(mark: StartMark, before: [Payment]) {
    self.mark = mark
    self.before = before
  }
}

/// What a re-read found.
public struct Reread: Sendable {
  /// Payments to verify, in no promised order; many will be known already.
  public let sightings: [Sighting]
  /// Where the next re-read may start once all of them are recorded.
  public let next: Cursor
  /// What could not be told (pruned history, a list cut at its limit), in words for the operator.
  public let gaps: [String]

  /// A finding.
  public init(sightings: [Sighting], next: Cursor, gaps: [String] = []) {
    self.sightings = sightings
    self.next = next
    self.gaps = gaps
  }
}

/// A payment that verification let through.
public struct Verified: Hashable, Sendable {
  /// The payment.
  public let payment: Payment
  /// Whether it was made before watching began.
  public let isBeforeStart: Bool

  package init(_ payment: Payment, isBeforeStart: Bool) {
    self.payment = payment
    self.isBeforeStart = isBeforeStart
  }
}

/// Why there is no payment (yet), by who must act.
public enum VerificationFailure: Error, Hashable, Sendable {
  /// The hint is wrong: count it and forget it.
  case refused(String)
  /// True perhaps, but not final: ask again soon.
  case notYet(String)
  /// Our node cannot answer: ask again with backoff.
  case unavailable(String)
  /// The node's answer and our own computation disagree: keep the evidence and alarm.
  case contradiction(String)

  /// The reason alone.
  public var words: String {
    switch self {
    case .refused(let words), .notYet(let words), .unavailable(let words), .contradiction(let words): words
    }
  }
}

/// A text that is no account of this chain.
public struct AddressRefusal: Error, Hashable, Sendable {
  /// What is wrong and what is wanted, one sentence.
  public let reason: String

  /// A refusal with its sentence.
  public init(reason: String) { self.reason = reason }
}

/// How well a source hears.
public enum SourceHealth: Hashable, Sendable {
  /// Connected, in sync, the right network.
  case ok
  /// Not to be trusted with new customers; the text says why and what the operator can do.
  case degraded(String)

  /// The reason where degraded.
  public var trouble: String? {
    if case .degraded(let why) = self { why } else { nil }
  }
}
