import Coinslot
import DeviceWire

// Between the words of the wire and those of the books.

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

  /// Whether the device took the number or never will: nothing more is to be heard of it but its end.
  var settles: Bool {
    switch self {
    case .busy, .stale: false
    default: true
    }
  }
}

extension OutputState {
  /// What a device reports of an output.
  init(_ report: ChannelReport) {
    self.init(
      number: report.channel,
      command: report.number,
      says: report.says.string,
      leftMS: report.leftMS
    )
  }
}

extension Greeting {
  /// A proven hello.
  init(_ hello: Hello, of device: DeviceID) {
    self.init(
      device: device,
      keySerial: hello.keySerial,
      boot: hello.boot,
      session: hello.deviceNonce.session(ofBoot: hello.boot),
      firmware: hello.firmware.utf8.isEmpty ? nil : hello.firmware.string,
      outputs: hello.channels.map { OutputState($0) }
    )
  }
}

extension Welcome {
  /// What the books answered to a greeting.
  init(epoch: SessionEpoch, _ outputs: [Reception.Instruction]) {
    self.init(
      epoch: epoch,
      channels: outputs.map { output in
        let order: Welcome.Order =
          switch output.order {
          case .ok: .ok
          case .resume(let leftMS): .resume(leftMS: leftMS)
          case .stop: .stop
          }
        return Instruction(channel: output.number, order: order)
      }
    )
  }
}

extension ServerMessage {
  /// An order as it is said to the device; nil where it can be no command.
  ///
  /// Its life counts from the arrival of the device's last frame, so whatever the
  /// network delays, the device starts early or not at all, never late.
  init?(_ order: Order, after heard: ServerSession.Heard) {
    let dispatch = order.dispatch
    let mode: Run.Mode
    switch dispatch.command.mode {
    case .stop:
      self = .stop(Stop(channel: dispatch.channel.number, number: order.number))
      return
    case .new: mode = .new
    case .extend: mode = .extend
    case .replace: mode = .replace
    }
    guard dispatch.command.ms > 0 else { return nil }
    self = .run(
      Run(
        id: WireText(dispatch.id.rawValue),
        channel: dispatch.channel.number,
        number: order.number,
        mode: mode,
        ms: min(dispatch.command.ms, Channel.greatest),
        once: dispatch.command.once,
        at: heard.counter,
        lifeMS: heard.lifeMS(until: dispatch.deadlineMS)
      )
    )
  }
}
