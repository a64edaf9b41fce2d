/// What a customer must know before paying.
public enum SlotState: Hashable, Sendable {
  /// Pay, and it runs.
  case ready
  /// It runs for somebody; a payment adds time (`extends`) or waits its turn.
  case busy(untilMS: Int64, extends: Bool)
  /// It runs, and this slot takes no money meanwhile.
  case occupied(untilMS: Int64)
  /// The machine does not answer.
  case away
  /// The operator closed it, with their words.
  case closed(String)
  /// It has not been watched yet: the node was never asked where the account stands.
  case notWatching
  /// The network cannot be trusted just now.
  case trouble(String)
  /// Something is wrong that the operator must look at.
  case outOfOrder

  /// Whether the page invites to pay.
  public var invites: Bool {
    switch self {
    case .ready, .busy: true
    case .occupied, .away, .closed, .notWatching, .trouble, .outOfOrder: false
    }
  }

  /// The word for pages, events and the API.
  public var word: String {
    switch self {
    case .ready: "ready"
    case .busy: "busy"
    case .occupied: "occupied"
    case .away: "away"
    case .closed: "closed"
    case .notWatching: "not_watching"
    case .trouble: "trouble"
    case .outOfOrder: "out_of_order"
    }
  }

  /// All that the state depends on.
  public struct Facts: Sendable {
    /// Why the operator closed it.
    public var closure: String?
    /// Whether the device may work and its output is not held.
    public var isDeviceInOrder: Bool
    /// Whether the device is connected.
    public var isOnline: Bool
    /// The output's open work.
    public var openWork: [Dispatch]
    /// Whether the account has its start mark.
    public var isWatched: Bool
    /// The source's health.
    public var health: SourceHealth

    /// The facts.
    public init(
      closure: String?,
      isDeviceInOrder: Bool,
      isOnline: Bool,
      openWork: [Dispatch],
      isWatched: Bool,
      health: SourceHealth
    ) {
      self.closure = closure
      self.isDeviceInOrder = isDeviceInOrder
      self.isOnline = isOnline
      self.openWork = openWork
      self.isWatched = isWatched
      self.health = health
    }
  }

  /// The state of a slot on one chain: the first thing that stands in the way, else ready.
  public init(of slot: Slot, facts: Facts, nowMS: Int64) {
    if let words = facts.closure {
      self = .closed(words)
    } else if !facts.isDeviceInOrder {
      self = .outOfOrder
    } else if !facts.isWatched {
      self = .notWatching
    } else if let why = facts.health.trouble {
      self = .trouble(why)
    } else if slot.ifAway.refuse && !facts.isOnline {
      self = .away
    } else if let freeAtMS = ChannelWork.freeAtMS(facts.openWork, nowMS: nowMS), freeAtMS > nowMS {
      self =
        slot.whileRunning == .hold
        ? .occupied(untilMS: freeAtMS) : .busy(untilMS: freeAtMS, extends: slot.whileRunning == .extend)
    } else {
      self = .ready
    }
  }
}
