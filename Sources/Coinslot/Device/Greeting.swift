/// What a device says when it connects, after its frame was proven.
public struct Greeting: Hashable, Sendable {
  /// The device.
  public let device: DeviceID
  /// The serial of the key it used.
  public let keySerial: UInt32
  /// How often it has booted.
  public let boot: UInt64
  /// Its count of the session within that boot, from 1; nil where its nonce does not tell.
  public let session: UInt64?
  /// What it runs.
  public let firmware: String?
  /// Its outputs.
  public let outputs: [OutputState]

  /// A greeting.
  public init(
    device: DeviceID,
    keySerial: UInt32,
    boot: UInt64,
    session: UInt64?,
    firmware: String?,
    outputs: [OutputState]
  ) {
    self.device = device
    self.keySerial = keySerial
    self.boot = boot
    self.session = session
    self.firmware = firmware
    self.outputs = outputs
  }
}

/// What the server makes of a greeting.
public enum Reception: Hashable, Sendable {
  /// Come in: the session's number, and for each output whether to go on.
  case welcome(epoch: SessionEpoch, outputs: [Instruction])
  /// Not this one; the reason is for the log, not for the peer.
  case refuse(String)

  /// What an output shall do now.
  public struct Instruction: Hashable, Sendable {
    /// The output's number.
    public let number: UInt8
    /// What to do.
    public let order: Order

    /// What an output can be told at a welcome.
    public enum Order: Hashable, Sendable {
      /// As you are.
      case ok
      /// Switch on again for this many milliseconds.
      case resume(leftMS: UInt64)
      /// Stay off, forget what is left.
      case stop
    }

    /// An instruction.
    public init(number: UInt8, order: Order) {
      self.number = number
      self.order = order
    }
  }
}

/// A greeting, judged against the books: pure.
public enum Greeter {
  /// What the books know when a device greets.
  public struct Books: Sendable {
    /// The device as stored.
    public let device: Device
    /// Its channels as stored.
    public let channels: [Channel]
    /// Its dispatches that are open, or unsettled enough that a word could still change them.
    public let dispatches: [Dispatch]
    /// How long an outage may last for each slot's runs, milliseconds.
    public let resumeWithinMS: [SlotID: Int64]

    /// The books.
    public init(device: Device, channels: [Channel], dispatches: [Dispatch], resumeWithinMS: [SlotID: Int64]) {
      self.device = device
      self.channels = channels
      self.dispatches = dispatches
      self.resumeWithinMS = resumeWithinMS
    }
  }

  /// What to commit and what to say.
  public struct Verdict: Sendable {
    /// The answer to the device.
    public var reception: Reception
    /// The device as it shall be stored.
    public var device: Device
    /// Channels that changed.
    public var channels: [Channel] = []
    /// Dispatches that changed.
    public var dispatches: [Dispatch] = []
    /// What a person must hear of.
    public var alarms: [String] = []
  }

  /// The verdict on a device that is in no books: refused, and nothing is to be stored.
  public static func refuseStranger(_ greeting: Greeting) -> Verdict {
    Verdict(
      reception: .refuse("no such device"),
      device: Device(id: greeting.device, title: greeting.device.rawValue)
    )
  }

  /// Judges a greeting.
  public static func receive(_ greeting: Greeting, books: Books, nowMS: Int64) -> Verdict {
    var device = books.device
    guard device.standing == .trusted else {
      return Verdict(reception: .refuse("device is \(device.standing.rawValue)"), device: device)
    }
    guard device.keySerials.contains(greeting.keySerial) else {
      return Verdict(reception: .refuse("key serial is not valid"), device: device)
    }
    guard greeting.boot >= device.boot else {
      // A boot number that went down is a copied or rolled-back flash: two machines would share one life.
      device.standing = .quarantined
      return Verdict(
        reception: .refuse("boot number went back"),
        device: device,
        alarms: ["device \(device.id) booted with number \(greeting.boot), below \(device.boot): a copy? quarantined"]
      )
    }
    // A clock behind its own last sign of the device cannot say how long it was away: too long.
    let outageMS = device.lastSeenMS.map { nowMS >= $0 ? nowMS - $0 : .max } ?? .max
    let hasRebooted = greeting.boot > device.boot
    let mayBeErased = !hasRebooted && !isLater(greeting.session, than: device.session)
    device.boot = greeting.boot
    device.session = greeting.session
    device.epoch += 1
    device.firmware = greeting.firmware
    device.lastSeenMS = nowMS
    device.keySerials.removeAll { $0 < greeting.keySerial }
    var verdict = Verdict(reception: .welcome(epoch: device.epoch, outputs: []), device: device)
    var instructions: [Reception.Instruction] = []
    for output in greeting.outputs {
      let id = ChannelID(device: device.id, number: output.number)
      let channel = books.channels.first { $0.id == id } ?? Channel(id: id)
      instructions.append(
        reconcile(
          output,
          channel: channel,
          books: books,
          outageMS: outageMS,
          mayBeErased: mayBeErased,
          hasRebooted: hasRebooted,
          nowMS: nowMS,
          into: &verdict
        )
      )
    }
    verdict.reception = .welcome(epoch: device.epoch, outputs: instructions)
    return verdict
  }

  /// Whether a device goes on in its boot; one that begins to count anew in its first boot lost its flash.
  private static func isLater(_ session: UInt64?, than known: UInt64?) -> Bool {
    guard let session, let known else { return false }
    return session > known
  }

  private static func reconcile(
    _ output: OutputState,
    channel: Channel,
    books: Books,
    outageMS: Int64,
    mayBeErased: Bool,
    hasRebooted: Bool,
    nowMS: Int64,
    into verdict: inout Verdict
  ) -> Reception.Instruction {
    var channel = channel
    let before = channel
    let mine = books.dispatches.filter { $0.channel == channel.id }
    if output.command >= channel.next {
      // The device has lived through more than we remember: our ledger is an old one.
      channel.next = min(output.command, Channel.greatest - 1) + 1
      channel.heldBecause = "the device's number \(output.command) is above ours: was an old ledger restored?"
      verdict.alarms.append("output \(channel.id): \(channel.heldBecause ?? "")")
    }
    let hasForgotten = output.command < channel.acknowledged
    if hasForgotten {
      // The device forgot: what may not happen twice can no longer be told.
      verdict.alarms.append(
        "output \(channel.id) forgot its number \(channel.acknowledged), it says \(output.command): flash erased?"
      )
      // Told once: from now on what it says counts; numbers go on above ours all the same.
      channel.acknowledged = output.command
    }
    if hasForgotten || mayBeErased && output.command == 0 {
      // Offered in an earlier session, it may have run: sent again it could run twice, and `expired` would prove nothing.
      for dispatch in mine where dispatch.isOpen && dispatch.number != nil {
        verdict.dispatches.append(dispatch.ended(.unknown, "device_forgot", atMS: nowMS))
      }
    }
    let order = order(
      output,
      among: mine,
      books: books,
      outageMS: outageMS,
      hasRebooted: hasRebooted,
      isHeld: channel.heldBecause != nil
    )
    if !hasForgotten, let word = Answer.Word(output: output) {
      // What is told to stop ends here: the next number hides on the device what became of this one.
      let answer = Answer(
        channel: channel.id,
        number: output.command,
        word: order == .stop ? .partly : word,
        leftMS: output.leftMS
      )
      let changed = ChannelWork.heard(answer, among: mine, nowMS: nowMS)
      if !changed.isEmpty { channel.acknowledged = max(channel.acknowledged, output.command) }
      verdict.dispatches += changed
    }
    if channel != before { verdict.channels.append(channel) }
    return Reception.Instruction(number: output.number, order: order)
  }

  /// Whether an output goes on: as it is where it never stopped; again, where the outage was short and the run is ours.
  private static func order(
    _ output: OutputState,
    among mine: [Dispatch],
    books: Books,
    outageMS: Int64,
    hasRebooted: Bool,
    isHeld: Bool
  ) -> Reception.Instruction.Order {
    guard let left = output.leftMS, left > 0 else { return .ok }
    guard output.says == "paused" || (hasRebooted && output.says == "running") else { return .ok }
    guard !isHeld, let run = mine.last(where: { $0.number == output.command }),
      run.outcome == nil || run.outcome == .unknown
    else { return .stop }
    let allowed = run.slot.flatMap { books.resumeWithinMS[$0] } ?? 600_000
    guard outageMS <= allowed else { return .stop }
    return .resume(leftMS: min(left, run.leftMS ?? paidMS(run, after: mine)))
  }

  /// The most that can be left of a run the device never answered: its own time, and what it was added to.
  private static func paidMS(_ run: Dispatch, after mine: [Dispatch]) -> UInt64 {
    guard run.command.mode == .extend else { return run.command.ms }
    let earlier = mine.filter { $0.state == .accepted && ($0.number ?? .max) < run.number ?? 0 }
    let (sum, isTooMuch) = run.command.ms.addingReportingOverflow(earlier.compactMap(\.leftMS).max() ?? 0)
    return isTooMuch ? .max : sum
  }
}

extension Answer.Word {
  /// What an output's state in a hello or ping says about the number it names; nil where it says nothing.
  public init?(output: OutputState) {
    switch output.says {
    case "running", "paused": self = .accepted
    case "done": self = .done
    case "failed": self = .failed
    case "expired": self = .expired
    case "unknown": self = .unknown
    case "stopped": self = .partly
    default: return nil
    }
  }
}
