/// Something that happened and was committed; the stream of these can be resumed.
///
/// ## On failure
/// Appended in the transaction of what it tells, so none is told that was not committed and none is lost before it is
/// trimmed.
public struct Event: Hashable, Sendable {
  /// Rising without gaps.
  public let sequence: Int64
  /// When, wall-clock milliseconds.
  public let atMS: Int64
  /// What it is and what it tells.
  public let draft: EventDraft

  /// An event.
  public init(sequence: Int64, atMS: Int64, draft: EventDraft) {
    self.sequence = sequence
    self.atMS = atMS
    self.draft = draft
  }
}

/// An event about to be appended.
public struct EventDraft: Hashable, Sendable {
  /// `payment.confirmed`, `dispatch.accepted`, …; the full list is in ARCH.md.
  public let type: String
  /// Its facts as one JSON object, without secrets.
  public let data: String

  /// An event of a type with facts.
  public init(type: String, data: String) {
    self.type = type
    self.data = data
  }
}
