import Coinslot
import DeviceWire
import Primitives

/// The server's end of one wire: challenge, hello, welcome, then orders down and words up.
///
/// `@unchecked Sendable`: as `World`.
final class ServerLink: @unchecked Sendable {
  private enum Phase {
    case challenged
    case judged(Greeting, ticket: Int)
    case open(DeviceID, SessionEpoch)
    case over
  }

  let wire: Wire
  private let gate: Gate
  private var session: ServerSession?
  private var phase = Phase.challenged
  private var early: [(ServerSession.Received, ServerSession.Heard)] = []
  private var keptSeenMS: Int64 = 0

  init(_ gate: Gate, _ wire: Wire) {
    self.gate = gate
    self.wire = wire
  }

  private var nowMS: Int64 { gate.clock.nowMS }

  // MARK: The wire

  func opened() {
    guard let nonce = SessionNonce(gate.process.world.bytes(16)) else { return }
    let session = ServerSession(serverNonce: nonce, transport: .webSocket, nowMS: nowMS)
    self.session = session
    wire.down(session.challenge)
    sweep()
  }

  func text(_ bytes: [UInt8]) {
    let now = nowMS
    do throws(LinkRefusal) {
      switch phase {
      case .challenged: try greet(bytes, now)
      case .judged:
        guard let received = try session?.open(bytes.span, nowMS: now), let heard = session?.heard, early.count < 8
        else { throw LinkRefusal.noSession }
        early.append((received, heard))
      case .open(let device, let epoch):
        guard let received = try session?.open(bytes.span, nowMS: now), let heard = session?.heard else { return }
        take(received, heard, of: device, epoch)
      case .over: return
      }
    } catch {
      end("frame refused: \(error)")
    }
  }

  func closed() { leave() }

  /// Ends the session and closes the wire.
  func end(_ reason: String) {
    gate.process.world.note("server ends a link: \(reason)")
    leave()
    wire.closeByServer()
  }

  private func leave() {
    let before = phase
    phase = .over
    early = []
    guard case .open(let device, let epoch) = before else { return }
    if gate.seats[device]?.session?.epoch == epoch { gate.seats[device]?.session = nil }
    let lastSeenMS = session?.heard?.atMS ?? nowMS
    gate.post(for: device) { [gate] in
      await gate.ears?.departed(device, lastSeenMS: lastSeenMS)
      if gate.session(of: device) == nil { await gate.note("device.offline") }
    }
  }

  /// A minute of silence ends a link.
  private func sweep() {
    gate.process.world.after(10_000) { [self] in
      gate.process.call { [self] in
        switch phase {
        case .over: return
        case .challenged: if let session, !session.isOpen, !wire.isOpen { return leave() }
        case .judged: break
        case .open:
          if let heard = session?.heard, nowMS - heard.atMS >= 60_000 { return end("nothing was heard for too long") }
        }
        sweep()
      }
    }
  }

  // MARK: Hello and welcome

  private func greet(_ bytes: [UInt8], _ now: Int64) throws(LinkRefusal) {
    let key = gate.key
    guard let hello = try session?.hello(bytes.span, nowMS: now, key: { _, serial in serial == 1 ? key : nil }),
      let device = DeviceID(rawValue: hello.device.string)
    else { throw .noSession }
    let greeting = Greeting(
      device: device,
      keySerial: hello.keySerial,
      boot: hello.boot,
      session: hello.deviceNonce.session(ofBoot: hello.boot),
      firmware: hello.firmware.string,
      outputs: hello.channels.map { OutputState($0) }
    )
    phase = .judged(greeting, ticket: gate.seats[device]?.expulsions ?? 0)
    gate.post(for: device) { [self] in
      do {
        let verdict = try await gate.ledger.receive(
          greeting,
          resumeWithinMS: gate.resumeWithinMS(),
          nowMS: now
        )
        judged(verdict.reception)
      } catch {
        end("the books cannot be read")
      }
    }
  }

  private func judged(_ reception: Reception) {
    guard case .judged(let greeting, let ticket) = phase, !gate.process.isDead else { return }
    guard case .welcome(let epoch, let outputs) = reception else { return end("\(reception)") }
    let device = greeting.device
    let boot = greeting.boot
    guard gate.open(device, epoch: epoch, boot: boot, ticket: ticket, link: self) else { return end("void") }
    phase = .open(device, epoch)
    keptSeenMS = nowMS
    let told = outputs.map { " \($0.number) \($0.order)" }.joined()
    gate.process.world.note("\(device) is welcome, session \(epoch), boot \(boot):\(told)")
    let orders = outputs.map { output in
      let order: Welcome.Order =
        switch output.order {
        case .ok: .ok
        case .resume(let leftMS): .resume(leftMS: leftMS)
        case .stop: .stop
        }
      return Welcome.Instruction(channel: output.number, order: order)
    }
    guard say(.welcome(Welcome(epoch: epoch, channels: orders))) else { return end("the welcome does not fit") }
    gate.post(for: device) { [gate] in
      await gate.ears?.arrived(device)
      await gate.note("device.online")
    }
    let waited = early
    early = []
    for (received, heard) in waited { take(received, heard, of: device, epoch) }
  }

  // MARK: Words up

  private func take(
    _ received: ServerSession.Received,
    _ heard: ServerSession.Heard,
    of device: DeviceID,
    _ epoch: SessionEpoch
  ) {
    switch received {
    case .message(.ack(let ack)):
      let answer = Answer(
        channel: ChannelID(device: device, number: ack.channel),
        number: ack.number,
        word: Answer.Word(ack.word),
        leftMS: ack.leftMS
      )
      let left = ack.leftMS.map { ", left \($0)" } ?? ""
      gate.process.world.note("\(device)/\(ack.channel) says \(answer.word.rawValue) of \(ack.number)\(left)")
      gate.post(for: device) { [self] in
        if await gate.ears?.heard(answer) == false { end("what was said could not be recorded") }
      }
    case .message(.ping(let ping)):
      say(.pong(Pong(counter: heard.counter)))
      show(ping.channels.map { OutputState($0) }, of: device, heard.atMS)
    case .message(.hello), .message(.unknown), .message(.reading), .notUnderstood: break
    }
  }

  private func show(_ outputs: [OutputState], of device: DeviceID, _ now: Int64) {
    for output in outputs {
      let channel = ChannelID(device: device, number: output.number)
      gate.post(for: device) { [gate] in
        let changed = try? await gate.ledger.revise(
          channel,
          naming: output.command == 0 ? nil : output.command,
          nowMS: now
        ) { work in ChannelWork.shown(output, on: channel, among: work, nowMS: now) }
        if changed?.isEmpty == false { await gate.ears?.arrived(device) }
      }
    }
    if now - keptSeenMS >= 60_000, outputs.contains(where: { $0.says == "running" }) {
      keptSeenMS = now
      gate.post(for: device) { [gate] in
        _ = try? await gate.ledger.change(device, nowMS: now) { $0.lastSeenMS = max($0.lastSeenMS ?? 0, now) }
      }
    }
  }

  // MARK: Words down

  /// Sends an order, if this still is the session it is for.
  func perform(_ order: Order) -> Performance {
    guard case .open(let device, order.epoch) = phase, device == order.dispatch.channel.device,
      let heard = session?.heard, say(message(of: order, after: heard))
    else { return .away }
    gate.process.world.note("order \(order.number) for \(order.dispatch.channel) leaves: \(order.dispatch.id)")
    return .sent
  }

  private func message(of order: Order, after heard: ServerSession.Heard) -> ServerMessage {
    let work = order.dispatch
    let mode: Run.Mode
    switch work.command.mode {
    case .stop: return .stop(Stop(channel: work.channel.number, number: order.number))
    case .new: mode = .new
    case .extend: mode = .extend
    case .replace: mode = .replace
    }
    let moreMS: Int64 = gate.planted == .ignoresDeadline ? 3_600_000 : 0
    return .run(
      Run(
        id: WireText(work.id.rawValue),
        channel: work.channel.number,
        number: order.number,
        mode: mode,
        ms: min(work.command.ms, Channel.greatest),
        once: work.command.once,
        at: heard.counter,
        lifeMS: heard.lifeMS(until: work.deadlineMS + moreMS)
      )
    )
  }

  @discardableResult
  private func say(_ message: ServerMessage) -> Bool {
    guard !gate.process.isDead, let frame = try? session?.seal(message) else { return false }
    wire.down(frame)
    return true
  }
}

extension Gate {
  func note(_ type: String) async {
    try? await ledger.note(EventDraft(type: type, data: "{}"), nowMS: clock.nowMS)
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
