package import Coinslot
package import Logging

/// What an operator does with machines by hand.
package struct Workroom: Workshop {
  /// How long a test or a stop may wait for the device, milliseconds.
  package static let patienceMS: Int64 = 30_000

  private let ledger: any Ledger
  private let keys: any DeviceKeys
  private let presence: any Presence
  private let dispatcher: Dispatcher
  private let clock: any Clock
  private let log: Logger

  /// A workroom over these.
  package init(
    ledger: any Ledger,
    keys: any DeviceKeys,
    presence: any Presence,
    dispatcher: Dispatcher,
    clock: any Clock,
    log: Logger
  ) {
    self.ledger = ledger
    self.keys = keys
    self.presence = presence
    self.dispatcher = dispatcher
    self.clock = clock
    self.log = log
  }

  package func add(_ device: DeviceID, title: String) async throws -> (Device, key: [UInt8]) {
    if let known = try await ledger.device(device), known.standing != .revoked { throw WorkshopRefusal.exists }
    // A revoked device comes back with a serial never used before, so that its old key stays dead.
    let serial = (try await ledger.device(device)?.keySerials.max()).map { $0 + 1 } ?? 1
    let key = try keys.makeKey(for: device, serial: serial)
    _ = try await ledger.keep(device, title: title, nowMS: clock.nowMS)
    let kept = try await ledger.change(device, nowMS: clock.nowMS) { $0.keySerials = [serial] }
    log.notice("device added", metadata: ["device.id": "\(device)"])
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    return (kept, key)
  }

  package func rotateKey(of device: DeviceID) async throws -> (Device, key: [UInt8]) {
    let known = try await trusted(device)
    let serial = (known.keySerials.max() ?? 0) + 1
    let key = try keys.makeKey(for: device, serial: serial)
    let kept = try await ledger.change(device, nowMS: clock.nowMS) { device in
      // The lowest is the one the device uses: asked twice, it must not be locked out.
      device.keySerials = [device.keySerials.min() ?? 0, serial]
    }
    log.notice("device has a second key", metadata: ["device.id": "\(device)"])
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    return (kept, key)
  }

  package func revoke(_ device: DeviceID) async throws -> Device {
    let kept = try await ledger.change(device, nowMS: clock.nowMS) { $0.standing = .revoked }
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    await presence.disconnect(device)
    try keys.forget(device, below: nil)
    log.notice("device revoked", metadata: ["device.id": "\(device)"])
    return kept
  }

  package func release(_ device: DeviceID) async throws -> Device {
    let now = clock.nowMS
    let kept = try await ledger.change(device, nowMS: now) { device in
      if device.standing == .quarantined { device.standing = .trusted }
    }
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    guard kept.standing == .trusted else { throw WorkshopRefusal.notTrusted }
    for channel in try await ledger.channels(of: device) where channel.heldBecause != nil {
      try await ledger.hold(channel.id, because: nil, nowMS: now)
    }
    log.notice("device released", metadata: ["device.id": "\(device)"])
    return kept
  }

  package func trigger(_ channel: ChannelID, ms: UInt64) async throws -> Dispatch {
    try await add(channel, Dispatch.Command(mode: .extend, ms: ms, once: true))
  }

  package func stop(_ channel: ChannelID) async throws -> Dispatch {
    try await add(channel, Dispatch.Command(mode: .stop, ms: 0, once: false))
  }

  private func add(_ channel: ChannelID, _ command: Dispatch.Command) async throws -> Dispatch {
    _ = try await trusted(channel.device)
    let draft = DispatchDraft(
      channel: channel,
      command: command,
      deadlineMS: clock.nowMS + Self.patienceMS,
      doubtMS: Self.patienceMS
    )
    let dispatch = try await ledger.add(draft, nowMS: clock.nowMS)
    await dispatcher.take(dispatch)
    return dispatch
  }

  private func trusted(_ id: DeviceID) async throws -> Device {
    guard let device = try await ledger.device(id) else { throw WorkshopRefusal.noSuchDevice }
    guard device.standing == .trusted else { throw WorkshopRefusal.notTrusted }
    return device
  }
}
