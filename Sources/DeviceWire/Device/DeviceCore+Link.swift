import Primitives

/// The device's half of the link: knock, handshake, ping, and what is done with frames that cannot be right.
extension DeviceCore {
  /// The WebSocket is open, or the topics are subscribed: the link can carry texts.
  public mutating func connected(nowMS now: Int64) -> [DeviceAction] {
    var actions = advance(to: now)
    isLinkUp = true
    session = nil
    pending = nil
    handshakeEndsAtMS = nowMS + DeviceCore.handshakeMS
    if configuration.transport == .mqtt { knock(into: &actions) }
    return actions
  }

  /// The link is gone.
  ///
  /// What runs runs on.
  public mutating func disconnected(nowMS now: Int64) -> [DeviceAction] {
    let actions = advance(to: now)
    drop()
    return actions
  }

  /// A text came over the link.
  public mutating func receive(_ text: Span<UInt8>, nowMS now: Int64) -> [DeviceAction] {
    var actions = advance(to: now)
    guard isLinkUp else { return actions }
    // A frame begins with a digit of its MAC, a challenge with its brace.
    if text.count > 0 && text[0] == 0x7b {
      answerChallenge(text, into: &actions)
    } else {
      do { try hear(text, into: &actions) } catch { refuse(into: &actions) }
    }
    return actions
  }

  /// Pings, knocks, and gives up what has been silent too long.
  mutating func keepLink(into actions: inout [DeviceAction]) {
    guard isLinkUp else { return }
    if let session, nowMS >= session.heardAtMS + DeviceCore.silenceMS {
      self.session = nil
      // Over MQTT it is time to knock at once; a WebSocket is closed below.
      handshakeEndsAtMS = nowMS
    }
    if session == nil, nowMS >= handshakeEndsAtMS {
      switch configuration.transport {
      case .webSocket:
        drop()
        return actions.append(.close)
      case .mqtt:
        pending = nil
        handshakeEndsAtMS = nowMS + DeviceCore.handshakeMS
        knock(into: &actions)
      }
    }
    if let session, nowMS >= session.nextPingMS {
      say(.ping(Ping(channels: report())), into: &actions)
      self.session?.nextPingMS = nowMS + DeviceCore.pingMS
    }
  }

  private mutating func drop() {
    isLinkUp = false
    session = nil
    pending = nil
    handshakeEndsAtMS = .max
  }

  private func knock(into actions: inout [DeviceAction]) {
    actions.append(.send(Knock(device: configuration.device).encoded()))
  }

  /// What cannot be right ends a WebSocket; over MQTT anybody may have published it, so it is passed over.
  private mutating func refuse(into actions: inout [DeviceAction]) {
    guard configuration.transport == .webSocket else { return }
    drop()
    actions.append(.close)
  }

  /// Says hello under keys made for this challenge.
  ///
  /// A session that stands is not touched: a challenge proves nothing.
  private mutating func answerChallenge(_ text: Span<UInt8>, into actions: inout [DeviceAction]) {
    guard let challenge = try? Challenge(decoding: text) else { return refuse(into: &actions) }
    switch configuration.transport {
    case .webSocket: guard session == nil, pending == nil else { return refuse(into: &actions) }
    case .mqtt:
      // A broker may deliver twice; answering again would spoil the handshake that is under way.
      guard challenge.serverNonce != session?.serverNonce, challenge.serverNonce != pending?.serverNonce else { return }
      if let pending, nowMS < pending.startedAtMS + DeviceCore.challengeGapMS { return }
    }
    sessionCount += 1
    let nonce = SessionNonce(boot: boot, session: sessionCount)
    let keys = SessionKeys(
      deviceKey: configuration.key,
      device: configuration.device,
      serial: configuration.keySerial,
      serverNonce: challenge.serverNonce,
      deviceNonce: nonce
    )
    var begun = DeviceSession(answering: challenge.serverNonce, keys: keys, nowMS: nowMS)
    let hello = Hello(
      device: configuration.device,
      keySerial: configuration.keySerial,
      deviceNonce: nonce,
      boot: boot,
      firmware: configuration.firmware,
      channels: report()
    )
    guard let frame = begun.seal(.hello(hello), nowMS: nowMS) else { return }
    pending = begun
    actions.append(.send(frame))
  }

  private mutating func hear(_ frame: Span<UInt8>, into actions: inout [DeviceAction]) throws(LinkRefusal) {
    let transport = configuration.transport
    let time = nowMS
    if session != nil {
      do {
        guard let json = try session?.open(frame, over: transport, nowMS: time) else { return }
        return try obey(frame.extracting(json), into: &actions)
      } catch {
        // Under another key: perhaps the welcome to the hello that is under way.
        guard error == .badMAC, pending != nil else { throw error }
      }
    }
    guard let json = try pending?.open(frame, over: transport, nowMS: time) else { throw .noSession }
    try begin(with: frame.extracting(json), into: &actions)
  }

  /// The first sealed word of a server must be a welcome.
  private mutating func begin(with json: Span<UInt8>, into actions: inout [DeviceAction]) throws(LinkRefusal) {
    guard case .welcome(let welcome) = try? ServerMessage(decoding: json) else { throw .noSession }
    session = pending
    pending = nil
    session?.begin(nowMS: nowMS)
    handshakeEndsAtMS = .max
    for instruction in welcome.channels {
      for i in channels.indices where channels[i].setup.number == instruction.channel {
        carryOut(channels[i].take(instruction.order, nowMS: nowMS), of: i, into: &actions)
      }
    }
  }

  private mutating func obey(_ json: Span<UInt8>, into actions: inout [DeviceAction]) throws(LinkRefusal) {
    do {
      switch try ServerMessage(decoding: json) {
      case .run(let run): obey(run, into: &actions)
      case .go(let go): obey(go, into: &actions)
      case .stop(let stop): obey(stop, into: &actions)
      case .pong, .unknown: return
      // A session has one welcome, its first word.
      case .welcome: say(.unknown(Unknown(name: "welcome")), into: &actions)
      }
    } catch {
      switch error {
      case .notJSON(let refusal): throw .notJSON(refusal)
      case .notUnderstood(let name): say(.unknown(Unknown(name: name)), into: &actions)
      }
    }
  }

  private mutating func obey(_ run: Run, into actions: inout [DeviceAction]) {
    guard let i = channels.firstIndex(where: { $0.setup.number == run.channel }) else {
      return say(.ack(Ack(channel: run.channel, number: run.number, word: .failed, leftMS: 0)), into: &actions)
    }
    let sentAtMS = session?.sentAtMS(of: run.at)
    carryOut(channels[i].take(run, sentAtMS: sentAtMS, nowMS: nowMS), of: i, into: &actions)
  }

  private mutating func obey(_ stop: Stop, into actions: inout [DeviceAction]) {
    guard let i = channels.firstIndex(where: { $0.setup.number == stop.channel }) else {
      return say(.ack(Ack(channel: stop.channel, number: stop.number, word: .failed, leftMS: 0)), into: &actions)
    }
    carryOut(channels[i].take(stop, nowMS: nowMS), of: i, into: &actions)
  }

  /// A number may stand on several outputs: the one that waits is meant; where that leaves a doubt, nothing starts.
  private mutating func obey(_ go: Go, into actions: inout [DeviceAction]) {
    var waiting: [Int] = []
    var named: [Int] = []
    for i in channels.indices where channels[i].number == go.number {
      guard go.channel == nil || go.channel == channels[i].setup.number else { continue }
      named.append(i)
      if channels[i].isWaiting { waiting.append(i) }
    }
    let meant = waiting.isEmpty ? named : waiting
    guard meant.count == 1 else { return say(.unknown(Unknown(name: "go")), into: &actions) }
    carryOut(channels[meant[0]].go(nowMS: nowMS), of: meant[0], into: &actions)
  }
}
