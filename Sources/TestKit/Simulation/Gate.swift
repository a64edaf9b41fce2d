import Coinslot
import DeviceWire
import Primitives

/// Where devices come in at one life of the server: the real frames and sessions, over wires of the simulated world.
///
/// It keeps the rules of the product's device door: orders only to the session they were committed for, letters to the
/// books in order, a newer session in the place of an older, three take-overs a minute are a copy.
///
/// `@unchecked Sendable`: as `World`.
final class Gate: Actuator, Presence, DeviceKeys, @unchecked Sendable {
  struct Session {
    let epoch: SessionEpoch
    let boot: UInt64
    let link: ServerLink
  }
  struct Seat {
    var session: Session?
    var expulsions = 0
    var takeoversMS: [Int64] = []
  }

  let process: SimulatedProcess
  let ledger: MemoryLedger
  let clock: SimulatedClock
  let planted: PlantedFault?
  let key: Bytes32
  var resumeWithinMS: () -> [SlotID: Int64] = { [:] }
  var ears: (any DeviceEars)?
  var seats: [DeviceID: Seat] = [:]
  private var lanes: [DeviceID: AsyncStream<Letter>.Continuation] = [:]
  private var links: [ServerLink] = []

  typealias Letter = @Sendable () async -> Void

  init(process: SimulatedProcess, ledger: MemoryLedger, clock: SimulatedClock, key: Bytes32, planted: PlantedFault?) {
    self.process = process
    self.ledger = ledger
    self.clock = clock
    self.key = key
    self.planted = planted
  }

  // MARK: Actuator, presence, keys

  func session(of device: DeviceID) -> SessionEpoch? { process.isDead ? nil : seats[device]?.session?.epoch }

  func perform(_ order: Order) async -> Performance {
    await Task.yield()
    guard !process.isDead, let session = seats[order.dispatch.channel.device]?.session, session.epoch == order.epoch
    else { return .away }
    let performance = session.link.perform(order)
    if planted == .sendsTwice, process.world.once(in: 10) {
      var again = order.dispatch
      again.number = order.number + 1
      if let twin = Order(again, epoch: order.epoch) { _ = session.link.perform(twin) }
    }
    return performance
  }

  func link(of device: DeviceID) -> LinkState {
    LinkState(isOnline: session(of: device) != nil, lastSeenMS: nil, firmware: nil, outputs: [])
  }

  func ping(_ device: DeviceID, timeoutMS: Int64) async -> Bool { session(of: device) != nil }
  func disconnect(_ device: DeviceID) async { expel(device)?.end("disconnected") }
  func key(of device: DeviceID, serial: UInt32) -> [UInt8]? { serial == 1 ? key.bytes : nil }
  func makeKey(for device: DeviceID, serial: UInt32) throws -> [UInt8] { key.bytes }
  func forget(_ device: DeviceID, below serial: UInt32?) throws {}

  // MARK: Wires

  /// A device dialled in.
  func answer(_ wire: Wire) {
    let link = ServerLink(self, wire)
    links.append(link)
    wire.toServer = { [process] frame in process.call { link.text(frame) } }
    wire.serverHearsEnd = { [process] in process.call { link.closed() } }
    process.call { link.opened() }
  }

  /// The process died: its machine closes what it had open, or went down with it.
  func cutAll(isMachineDown: Bool) {
    for link in links { link.wire.cut(serverSoon: false, deviceSoon: !isMachineDown) }
    links = []
    for lane in lanes.values { lane.finish() }
  }

  /// Puts a letter into the device's lane, which are delivered in order.
  func post(for device: DeviceID, _ letter: @escaping Letter) {
    if lanes[device] == nil {
      let (letters, lane) = AsyncStream.makeStream(of: Letter.self)
      lanes[device] = lane
      process.start { for await letter in letters { await letter() } }
    }
    lanes[device]?.yield(letter)
  }

  func expel(_ device: DeviceID) -> ServerLink? {
    let link = seats[device]?.session?.link
    seats[device, default: Seat()].expulsions += 1
    seats[device]?.session = nil
    return link
  }

  /// The device's session from now on; false where it came too late.
  func open(_ device: DeviceID, epoch: SessionEpoch, boot: UInt64, ticket: Int, link: ServerLink) -> Bool {
    var seat = seats[device] ?? Seat()
    guard seat.expulsions == ticket, (seat.session?.epoch ?? 0) < epoch else { return false }
    let before = seat.session
    var isCopy = false
    if before?.boot == boot {
      let nowMS = clock.nowMS
      seat.takeoversMS.removeAll { nowMS - $0 >= 60_000 }
      seat.takeoversMS.append(nowMS)
      isCopy = seat.takeoversMS.count >= 3
    }
    seat.session = Session(epoch: epoch, boot: boot, link: link)
    seats[device] = seat
    before?.link.end("replaced")
    if isCopy { quarantine(device) }
    return !isCopy
  }

  private func quarantine(_ device: DeviceID) {
    process.world.note("\(device) is taken for a copy")
    expel(device)?.end("quarantined")
    post(for: device) { [ledger, clock] in
      _ = try? await ledger.change(device, nowMS: clock.nowMS) { device in
        if device.standing == .trusted { device.standing = .quarantined }
      }
    }
  }
}

extension Answer.Word {
  /// The book's word for one of the wire.
  init(_ word: Ack.Word) {
    switch word {
    case .accepted: self = .accepted
    case .done: self = .done
    case .failed: self = .failed
    case .busy: self = .busy
    case .expired: self = .expired
    case .stale: self = .stale
    case .passed: self = .passed
    case .conflict: self = .conflict
    case .unknown: self = .unknown
    }
  }
}
