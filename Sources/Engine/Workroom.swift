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

  package func add(_ device: DeviceID, title: String, audit: AuditLine?) async throws -> (Device, key: [UInt8]) {
    if let known = try await ledger.device(device), known.standing != .revoked { throw WorkshopRefusal.exists }
    // A revoked device comes back with a serial never used before, so that its old key stays dead.
    let serial = (try await ledger.device(device)?.keySerials.max()).map { $0 + 1 } ?? 1
    let key = try keys.makeKey(for: device, serial: serial)
    _ = try await ledger.keep(device, title: title, nowMS: clock.nowMS)
    let kept = try await ledger.change(device, nowMS: clock.nowMS, audit: audit) { device in
      device.keySerials = [serial]
      device.boot = 0
    }
    log.notice("device added", metadata: ["device.id": "\(device)"])
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    return (kept, key)
  }

  package func rotateKey(of device: DeviceID, audit: AuditLine?) async throws -> (Device, key: [UInt8]) {
    let known = try await trusted(device)
    let serial = (known.keySerials.max() ?? 0) + 1
    let key = try keys.makeKey(for: device, serial: serial)
    let kept = try await ledger.change(device, nowMS: clock.nowMS, audit: audit) { device in
      // The lowest is the one the device uses: asked twice, it must not be locked out.
      device.keySerials = [device.keySerials.min() ?? 0, serial]
    }
    log.notice("device has a second key", metadata: ["device.id": "\(device)"])
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    return (kept, key)
  }

  package func revoke(_ device: DeviceID, audit: AuditLine?) async throws -> Device {
    let kept = try await ledger.change(device, nowMS: clock.nowMS, audit: audit) { $0.standing = .revoked }
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    await presence.disconnect(device)
    try keys.forget(device, below: nil)
    log.notice("device revoked", metadata: ["device.id": "\(device)"])
    return kept
  }

  package func release(_ device: DeviceID, audit: AuditLine?) async throws -> Device {
    let now = clock.nowMS
    // Asked first, so that the audit log tells only of what was done.
    if try await ledger.device(device)?.standing == .revoked { throw WorkshopRefusal.notTrusted }
    let kept = try await ledger.change(device, nowMS: now, audit: audit) { device in
      if device.standing == .quarantined { device.standing = .trusted }
      // Whatever number of starts it shows next is taken: its flash may have been erased, and a person has looked.
      device.boot = 0
    }
    guard let kept else { throw WorkshopRefusal.noSuchDevice }
    guard kept.standing == .trusted else { throw WorkshopRefusal.notTrusted }
    for channel in try await ledger.channels(of: device) where channel.heldBecause != nil {
      try await ledger.hold(channel.id, because: nil, nowMS: now)
    }
    log.notice("device released", metadata: ["device.id": "\(device)"])
    return kept
  }

  package func trigger(_ channel: ChannelID, ms: UInt64, audit: AuditLine?) async throws -> Dispatch {
    try await add(channel, Dispatch.Command(mode: .extend, ms: ms, once: true), audit)
  }

  package func stop(_ channel: ChannelID, audit: AuditLine?) async throws -> Dispatch {
    try await add(channel, Dispatch.Command(mode: .stop, ms: 0, once: false), audit)
  }

  private func add(_ channel: ChannelID, _ command: Dispatch.Command, _ audit: AuditLine?) async throws -> Dispatch {
    _ = try await trusted(channel.device)
    let draft = DispatchDraft(
      channel: channel,
      command: command,
      deadlineMS: clock.nowMS + Self.patienceMS,
      doubtMS: Self.patienceMS
    )
    let dispatch = try await ledger.add(draft, nowMS: clock.nowMS, audit: audit)
    await dispatcher.take(dispatch)
    return dispatch
  }

  private func trusted(_ id: DeviceID) async throws -> Device {
    guard let device = try await ledger.device(id) else { throw WorkshopRefusal.noSuchDevice }
    guard device.standing == .trusted else { throw WorkshopRefusal.notTrusted }
    return device
  }
}
