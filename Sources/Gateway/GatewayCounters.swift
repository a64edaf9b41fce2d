import Synchronization

/// What the doors count since the start, for metrics; nothing of it is persisted.
public final class GatewayCounters: Sendable {
  /// Something that is counted.
  public enum Event: Int, Hashable, Sendable, CaseIterable {
    /// A callback came in.
    case callback
    /// It spoke of money for nobody here.
    case callbackForOthers
    /// It went to the till.
    case callbackHeard
    /// The till was full.
    case callbackTillFull
    /// Refused: the peer is not in `allow`.
    case callbackFromStranger
    /// Refused: the peer is a trusted proxy, so anybody may stand behind it.
    case callbackFromProxy
    /// Refused: it carries headers of a browser or of a proxy.
    case callbackRelayed
    /// Refused: it is not announced as JSON.
    case callbackNotJSON
    /// Refused: what it says does not fit together.
    case callbackUntrue

    /// A payment was sent to a client of `/call`.
    case watcherTold
    /// A payment below the least amount was told to nobody.
    case watcherBelowLeast
    /// A registration was refused and its connection closed.
    case watcherRefused
    /// A client took payments too slowly and was dropped.
    case watcherTooSlow

    /// A socket was refused because of its Origin.
    case foreignOrigin

    /// A request to the devices' path was refused before it became a socket.
    case deviceRequestRefused
    /// A device's session was opened.
    case deviceWelcomed
    /// A hello was refused: unknown device, wrong key, too late, replayed.
    case deviceHelloRefused
    /// A proven hello was refused by the books.
    case deviceTurnedAway
    /// A frame was refused: MAC, counter or content.
    case deviceFrameRefused
    /// A session took the place of one that was still open.
    case deviceReplaced
    /// A device was quarantined because two machines used its name.
    case deviceQuarantined
    /// A session was closed because it said nothing for too long.
    case deviceSilent
    /// A session was closed because the books could not keep up with it.
    case deviceTooFast
    /// A socket was dropped because the device did not read what it was sent.
    case deviceTooSlow
  }

  private let counts = InlineArray<32, Atomic<Int>> { _ in Atomic(0) }

  /// Counters at zero.
  public init() { precondition(Event.allCases.count <= 32) }

  /// Counts one.
  func count(_ event: Event, _ times: Int = 1) {
    counts[event.rawValue].wrappingAdd(times, ordering: .relaxed)
  }

  /// The counts now; each by itself, not all of one moment.
  public var snapshot: Snapshot {
    var values: [Event: Int] = [:]
    for event in Event.allCases { values[event] = counts[event.rawValue].load(ordering: .relaxed) }
    return Snapshot(values: values)
  }

  /// Counts at a moment.
  public struct Snapshot: Hashable, Sendable {
    private let values: [Event: Int]

    fileprivate init(values: [Event: Int]) { self.values = values }

    /// How often something happened.
    public subscript(_ event: Event) -> Int { values[event] ?? 0 }
  }
}
