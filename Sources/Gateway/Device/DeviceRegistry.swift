public import Coinslot
import NIOCore
import Sockets
import Synchronization

/// The devices that are connected now: finds the session of a device, hands it orders, and says how its link is.
///
/// An order goes only to the session whose number it was committed for, so a session that was replaced cannot send.
///
/// ## On failure
/// Nothing is kept; after a start every device is away until it greets again.
public final class DeviceRegistry: Actuator, Presence, Sendable {
  private struct Seat {
    var session: Session?
    var lastSeenMS: Int64?
    var firmware: String?
    var outputs: [OutputState] = []
    var takeovers = Takeovers()
    /// How often the device's sockets were to be closed; a hello from before that is void.
    var expulsions = 0
  }
  private struct Session {
    let epoch: SessionEpoch
    let boot: UInt64
    let link: DeviceLink.Handle
  }

  /// One seat a device that ever proved itself or was expelled; strangers get none.
  private let seats = Mutex<[DeviceID: Seat]>([:])

  /// A registry where nobody is connected.
  public init() {}

  /// The number of the session that is open; nil where the device is away.
  public func session(of device: DeviceID) -> SessionEpoch? {
    seats.withLock { $0[device]?.session?.epoch }
  }

  /// How many devices are connected.
  public var connected: Int { seats.withLock { seats in seats.values.count { $0.session != nil } } }

  /// Sends an order over exactly the session it was committed for.
  public func perform(_ order: Order) async -> Performance {
    let device = order.dispatch.channel.device
    let link = seats.withLock { seats -> DeviceLink.Handle? in
      guard let session = seats[device]?.session, session.epoch == order.epoch else { return nil }
      return session.link
    }
    guard let link else { return .away }
    return await link.ask(else: .away) { $0.perform(order) }
  }

  /// How the device's link is, and what it said last in this server's life.
  public func link(of device: DeviceID) -> LinkState {
    seats.withLock { seats in
      guard let seat = seats[device] else { return .never }
      return LinkState(
        isOnline: seat.session != nil,
        lastSeenMS: seat.lastSeenMS,
        firmware: seat.firmware,
        outputs: seat.outputs
      )
    }
  }

  /// Pings the device's socket; true if it answers in time.
  public func ping(_ device: DeviceID, timeoutMS: Int64 = 2_000) async -> Bool {
    guard let link = seats.withLock({ $0[device]?.session?.link }) else { return false }
    return await link.ping(timeoutMS: timeoutMS)
  }

  /// Ends the device's session and voids every hello that is under way.
  public func disconnect(_ device: DeviceID) async {
    guard let link = expel(device) else { return }
    await link.ask(else: ()) { $0.end("the device was disconnected") }
  }
}

// MARK: - What links tell

extension DeviceRegistry {
  /// What became of a session that wants to open.
  enum Opening {
    /// It is the device's session now; `replaced` was until now. `isCopy`: that happened too often, two machines use
    /// this name.
    case opened(replaced: DeviceLink.Handle?, isCopy: Bool)
    /// A newer session is open, or the device was disconnected since the hello came.
    case void
  }

  /// What a session must name when it opens, so that a device disconnected meanwhile stays out.
  func ticket(for device: DeviceID) -> Int { seats.withLock { $0[device]?.expulsions ?? 0 } }

  func open(
    _ device: DeviceID,
    epoch: SessionEpoch,
    greeting: Greeting,
    ticket: Int,
    link: DeviceLink.Handle,
    nowMS: Int64
  ) -> Opening {
    seats.withLock { seats in
      var seat = seats[device] ?? Seat()
      guard seat.expulsions == ticket, (seat.session?.epoch ?? 0) < epoch else { return .void }
      let before = seat.session
      // A machine that booted anew says so by its boot number; its old socket just has not ended yet.
      let isCopy = before?.boot == greeting.boot && seat.takeovers.note(nowMS: nowMS)
      seat.session = Session(epoch: epoch, boot: greeting.boot, link: link)
      seat.lastSeenMS = nowMS
      seat.firmware = greeting.firmware
      seat.outputs = greeting.outputs
      seats[device] = seat
      return .opened(replaced: before?.link, isCopy: isCopy)
    }
  }

  /// A session heard its device; `outputs` where it showed them.
  func saw(_ device: DeviceID, epoch: SessionEpoch, outputs: [OutputState]?, nowMS: Int64) {
    seats.withLock { seats in
      guard seats[device]?.session?.epoch == epoch else { return }
      seats[device]?.lastSeenMS = nowMS
      if let outputs { seats[device]?.outputs = outputs }
    }
  }

  /// A session ended.
  func close(_ device: DeviceID, epoch: SessionEpoch) {
    seats.withLock { seats in
      guard seats[device]?.session?.epoch == epoch else { return }
      seats[device]?.session = nil
    }
  }

  /// Takes the device's session away and voids every hello that is under way; gives the link to end.
  func expel(_ device: DeviceID) -> DeviceLink.Handle? {
    seats.withLock { seats in
      let link = seats[device]?.session?.link
      seats[device, default: Seat()].expulsions += 1
      seats[device]?.session = nil
      return link
    }
  }
}
