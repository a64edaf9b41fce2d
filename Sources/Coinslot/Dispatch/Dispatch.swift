/// One piece of work for one output.
///
/// ## On failure
/// Persisted from admission to its end. The number and "may have been sent" are committed before the first byte
/// leaves, so after a crash it is known what the device may have heard.
public struct Dispatch: Hashable, Sendable {
  /// Its name, `dsp_` and a ULID.
  public let id: DispatchID
  /// Rising in order of creation; outputs serve the lowest first.
  public let sequence: Int64
  /// The sale it fulfils; nil for a test.
  public let sale: SaleID?
  /// The slot it belongs to; nil for a test outside any slot.
  public let slot: SlotID?
  /// The output.
  public let channel: ChannelID
  /// What to do.
  public let command: Command
  /// It must start before this moment, wall-clock milliseconds.
  public let deadlineMS: Int64
  /// How long after the deadline doubt may last before it is called unknown, milliseconds.
  public let doubtMS: Int64
  /// When it was made, wall-clock milliseconds.
  public let createdAtMS: Int64
  /// The channel's number; given with the first offer and never changed.
  public var number: UInt64?
  /// Where it stands.
  public var state: State
  /// How often it was sent.
  public var attempts: Int
  /// When to look at it again, wall-clock milliseconds.
  public var nextAtMS: Int64
  /// When the device said it started, wall-clock milliseconds.
  public var acceptedAtMS: Int64?
  /// What the device last said is left to run, milliseconds.
  public var leftMS: UInt64?
  /// When it said so, wall-clock milliseconds.
  public var leftAtMS: Int64?
  /// How it ended.
  public var outcome: Outcome?
  /// Why, in a word.
  public var reason: String?
  /// When it ended, wall-clock milliseconds.
  public var endedAtMS: Int64?

  /// What to do with an output.
  public struct Command: Hashable, Sendable {
    /// Relation to what runs.
    public let mode: Mode
    /// How long, milliseconds.
    public let ms: UInt64
    /// Never twice (remember first), or rather twice than never (act first).
    public let once: Bool

    /// A command.
    public init(mode: Mode, ms: UInt64, once: Bool) {
      self.mode = mode
      self.ms = ms
      self.once = once
    }
  }

  /// Relation of a command to what runs on the output.
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// Start; busy if something runs.
    case new
    /// Add to what runs, or start.
    case extend
    /// Take the place of what runs. Only for outputs no stranger pays for.
    case replace
    /// End what runs.
    case stop
  }

  /// Where a piece of work stands.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Never offered to the device.
    case waiting
    /// It may have been sent; no answer yet.
    case offered
    /// The device said it started.
    case accepted
    /// The deadline passed without an answer; only the device can tell.
    case doubt
    /// It ended; `outcome` says how.
    case settled
  }

  /// Work.
  public init(
    id: DispatchID,
    sequence: Int64,
    sale: SaleID?,
    slot: SlotID?,
    channel: ChannelID,
    command: Command,
    deadlineMS: Int64,
    doubtMS: Int64,
    createdAtMS: Int64,
    number: UInt64? = nil,
    state: State = .waiting,
    attempts: Int = 0,
    nextAtMS: Int64 = 0,
    acceptedAtMS: Int64? = nil,
    leftMS: UInt64? = nil,
    leftAtMS: Int64? = nil,
    outcome: Outcome? = nil,
    reason: String? = nil,
    endedAtMS: Int64? = nil
  ) {
    self.id = id
    self.sequence = sequence
    self.sale = sale
    self.slot = slot
    self.channel = channel
    self.command = command
    self.deadlineMS = deadlineMS
    self.doubtMS = doubtMS
    self.createdAtMS = createdAtMS
    self.number = number
    self.state = state
    self.attempts = attempts
    self.nextAtMS = nextAtMS
    self.acceptedAtMS = acceptedAtMS
    self.leftMS = leftMS
    self.leftAtMS = leftAtMS
    self.outcome = outcome
    self.reason = reason
    self.endedAtMS = endedAtMS
  }

  /// Whether the device may hold its number unanswered; at most one such a channel.
  public var isUnanswered: Bool { state == .offered || state == .doubt }
  /// Whether it still needs anything.
  public var isOpen: Bool { state != .settled }
  /// When what runs will end if nothing happens; nil unless it runs.
  public var endsAtMS: Int64? {
    guard state == .accepted, let start = leftAtMS ?? acceptedAtMS else { return nil }
    return start + Int64(clamping: leftMS ?? command.ms)
  }
}

/// `dsp_` and a ULID.
public struct DispatchID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The text.
  public let rawValue: String
  /// Names a piece of work.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// The text.
  public var description: String { rawValue }
}
