import DeviceWire
import Sockets

/// Owns a device's body and gives it the time; what must be sent goes to whoever holds the connection.
actor DeviceHost {
  typealias Outbox = AsyncStream<DeviceBody.Errand>.Continuation

  private let options: VirtualDeviceOptions
  private let onEvent: @Sendable (VirtualDevice.Event) -> Void
  private let onLink: @Sendable (VirtualDevice.LinkEvent) -> Void
  private var body: DeviceBody?
  private var outbox: Outbox?

  init(
    _ options: VirtualDeviceOptions,
    onEvent: @escaping @Sendable (VirtualDevice.Event) -> Void,
    onLink: @escaping @Sendable (VirtualDevice.LinkEvent) -> Void
  ) {
    self.options = options
    self.onEvent = onEvent
    self.onLink = onLink
  }

  /// Opens the flash and wakes the device up.
  func boot() throws {
    let flash = try openFlash()
    if options.faults.forget { try flash.erase() }
    let trace = try options.traceFile.map { path throws(FlashError) in try PulseTrace(path: path) }
    let (onEvent, onLink) = (onEvent, onLink)
    let body = try DeviceBody(
      options.configuration,
      flash: flash,
      trace: trace,
      faults: options.faults,
      nowMS: Clocks.steadyMS,
      tell: { notice in DeviceHost.pass(notice, onEvent, onLink) }
    )
    self.body = body
    onLink(.booted(body.boot))
    try act { body in try body.start() }
  }

  private static func pass(
    _ notice: DeviceBody.Notice,
    _ onEvent: (VirtualDevice.Event) -> Void,
    _ onLink: (VirtualDevice.LinkEvent) -> Void
  ) {
    switch notice {
    case .output(let output, let isOn, let number, let id):
      onEvent(.output(output, isOn: isOn, id.map { .run(id: $0, number: number) } ?? .resumed))
    case .ackLost: onEvent(.ackDropped)
    case .welcomed(let session): onLink(.welcomed(session: session))
    case .acknowledged(let ack):
      onLink(.acknowledged(channel: ack.channel, command: ack.number, ack.word, isAgain: ack.again))
    }
  }

  private func openFlash() throws -> any DeviceFlash {
    guard options.faults.isClone else { return try FlashFolder(path: options.flashFolder) }
    return try FlashFolder.copy(of: options.flashFolder, DeviceBody.places(of: options.configuration))
  }

  func outputs() -> [VirtualDevice.Output] { body?.reports.map { VirtualDevice.Output($0) } ?? [] }

  func connected(_ outbox: Outbox) throws {
    self.outbox = outbox
    try act { body in try body.connected(nowMS: Clocks.steadyMS) }
  }

  func disconnected() throws {
    outbox = nil
    try act { body in try body.disconnected(nowMS: Clocks.steadyMS) }
  }

  func receive(_ text: [UInt8]) throws { try act { body in try body.receive(text, nowMS: Clocks.steadyMS) } }

  /// Lets time pass; gives the milliseconds until this is due again.
  func tick() throws -> Int64 {
    try act { body in try body.tick(nowMS: Clocks.steadyMS) }
    // Now and then in any case: a frame may have brought work since.
    guard let wake = body?.wakeAtMS else { return DeviceHost.longestTickMS }
    return max(1, min(wake - Clocks.steadyMS, DeviceHost.longestTickMS))
  }

  private static let longestTickMS: Int64 = 100

  /// One thing happens to the device, from its cause to the last write.
  ///
  /// What fails leaves everything off.
  private func act(_ happening: (DeviceBody) throws -> [DeviceBody.Errand]) throws {
    guard let body, !body.isDead else { return }
    let errands: [DeviceBody.Errand]
    do { errands = try happening(body) } catch {
      body.switchOff()
      throw error
    }
    if body.isDead { throw die() }
    for errand in errands {
      // An outbox that is full belongs to a connection that is stuck; the mind notices by the silence.
      outbox?.yield(errand)
    }
    if body.hasChanged {
      body.hasChanged = false
      onEvent(.shows(outputs()))
    }
  }

  /// Dies as the options say; where that returns, the device is dead for good.
  func die() -> VirtualDevice.Died {
    options.crash()
    return VirtualDevice.Died()
  }
}
