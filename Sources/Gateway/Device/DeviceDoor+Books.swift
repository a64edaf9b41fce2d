import Coinslot
import DeviceWire
import Logging
import Primitives

// Between the sockets and the books: all that a link asks for off its event loop.

extension DeviceDoor {
  /// The key that must prove a hello: the device's, or one nobody has.
  func key(of device: WireText, serial: UInt32) -> Bytes32? {
    guard let id = DeviceID(rawValue: device.string), let key = keys.key(of: id, serial: serial) else { return decoy }
    return Bytes32(key) ?? decoy
  }

  /// What the books say to a greeting.
  enum Judgement: Sendable {
    case welcome(SessionEpoch, [Reception.Instruction])
    case refuse(String)
    /// They could not be asked.
    case unavailable
  }

  func judge(_ greeting: Greeting, nowMS: Int64) async -> Judgement {
    do {
      let verdict = try await ledger.receive(greeting, resumeWithinMS: resumeWithinMS(), nowMS: nowMS)
      switch verdict.reception {
      case .refuse(let reason): return .refuse(reason)
      case .welcome(let epoch, let outputs):
        endOldKey(of: greeting)
        return .welcome(epoch, outputs)
      }
    } catch {
      log.error(
        "greeting could not be recorded",
        metadata: ["device.id": "\(greeting.device)", "error": "\(error)"]
      )
      return .unavailable
    }
  }

  /// The old key ends at the first greeting with the new one.
  ///
  /// The books refuse its serial from now on anyway.
  private func endOldKey(of greeting: Greeting) {
    guard greeting.keySerial > 1, keys.key(of: greeting.device, serial: greeting.keySerial - 1) != nil else { return }
    do {
      try keys.forget(greeting.device, below: greeting.keySerial)
    } catch {
      log.error("old key could not be removed", metadata: ["device.id": "\(greeting.device)", "error": "\(error)"])
    }
  }

  /// Tells the dispatcher and the stream of events that a device is there.
  func arrived(_ greeting: Greeting) async {
    await ears.arrived(greeting.device)
    await note(.online(greeting), of: greeting.device)
  }

  /// Tells the dispatcher, and the stream of events where nobody took its place, that a session ended.
  func departed(_ device: DeviceID, lastSeenMS: Int64) async {
    await ears.departed(device, lastSeenMS: lastSeenMS)
    if registry.session(of: device) == nil { await note(.offline(device), of: device) }
  }

  private func note(_ event: EventDraft, of device: DeviceID) async {
    do {
      try await ledger.note(event, nowMS: clock.nowMS)
    } catch {
      log.error("event could not be recorded", metadata: ["device.id": "\(device)", "error": "\(error)"])
    }
  }

  /// Brings what a ping showed into the books; false where they could not be written.
  func record(_ output: OutputState, of device: DeviceID, nowMS: Int64) async -> Bool {
    let channel = ChannelID(device: device, number: output.number)
    do {
      let changed = try await ledger.revise(
        channel,
        naming: output.command == 0 ? nil : output.command,
        nowMS: nowMS
      ) { work in ChannelWork.shown(output, on: channel, among: work, nowMS: nowMS) }
      if !changed.isEmpty { await ears.arrived(device) }
      return true
    } catch {
      log.error("output could not be recorded", metadata: ["channel": "\(channel)", "error": "\(error)"])
      return false
    }
  }

  func keepSeen(_ device: DeviceID, atMS: Int64) async {
    do {
      _ = try await ledger.change(device, nowMS: clock.nowMS) { $0.lastSeenMS = max($0.lastSeenMS ?? 0, atMS) }
    } catch {
      log.error("last sign of a device could not be kept", metadata: ["device.id": "\(device)", "error": "\(error)"])
    }
  }

  /// Two machines use one name: neither may work until a person has looked.
  func quarantine(_ device: DeviceID) {
    counters.count(.deviceQuarantined)
    registry.expel(device)?.run { $0.end("the device is quarantined") }
    let isPosted = mail.post(for: device) { [self] in
      do {
        _ = try await ledger.change(device, nowMS: clock.nowMS) { device in
          if device.standing == .trusted { device.standing = .quarantined }
        }
        try await ledger.note(
          .alarm(device, "two machines took each other's place within a minute: a copy? quarantined"),
          nowMS: clock.nowMS
        )
      } catch {
        log.error("quarantine could not be recorded", metadata: ["device.id": "\(device)", "error": "\(error)"])
      }
    }
    if !isPosted { log.error("quarantine could not be recorded", metadata: ["device.id": "\(device)"]) }
  }
}
