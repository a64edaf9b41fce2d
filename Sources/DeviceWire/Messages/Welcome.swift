import Primitives

/// Server → device, the answer to a hello: the session stands, and what each output shall do.
/// `{"welcome":{"srv":7,"ch":[{"c":0,"do":"resume","left":300000}]}}`
public struct Welcome: Hashable, Sendable {
  /// The session's number on the server, rising.
  public let epoch: UInt64
  /// What outputs shall do; one that is not named stays as it is.
  public let channels: [Instruction]

  /// A welcome.
  public init(epoch: UInt64, channels: [Instruction]) {
    self.epoch = epoch
    self.channels = channels
  }

  /// What one output shall do.
  public struct Instruction: Hashable, Sendable {
    /// The output.
    public let channel: UInt8
    /// What it shall do.
    public let order: Order

    /// An instruction.
    public init(channel: UInt8, order: Order) {
      self.channel = channel
      self.order = order
    }
  }

  /// What an output can be told.
  public enum Order: Hashable, Sendable {
    /// As you are.
    case ok
    /// Go on for at most this many milliseconds.
    case resume(leftMS: UInt64)
    /// Stay off, forget what is left.
    case stop
  }

  private enum Word: WireWord {
    case ok, resume, stop
    var text: StaticString {
      switch self {
      case .ok: "ok"
      case .resume: "resume"
      case .stop: "stop"
      }
    }
  }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var epoch: UInt64?
    var channels: [Instruction]?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("srv", in: json) {
        try reader.read(&epoch, in: json)
      } else if key.equals("ch", in: json) {
        guard channels == nil else { throw Malformed() }
        channels = try Welcome.instructions(from: &reader, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let epoch, let channels else { throw Malformed() }
    self.init(epoch: epoch, channels: channels)
  }

  private static func instructions(
    from reader: inout MemberReader,
    in json: Span<UInt8>
  ) throws(Malformed) -> [Instruction] {
    var list: [Instruction] = []
    try reader.beginArray(in: json)
    while try reader.beginElement(in: json) {
      var channel: UInt8?
      var word: Word?
      var leftMS: UInt64?
      while let key = try reader.key(in: json) {
        if key.equals("c", in: json) {
          try reader.read(&channel, in: json)
        } else if key.equals("do", in: json) {
          try reader.read(&word, in: json)
        } else if key.equals("left", in: json) {
          try reader.read(&leftMS, in: json)
        } else {
          try reader.skip(in: json)
        }
      }
      guard let channel, list.count < Wire.channelLimit, !list.contains(where: { $0.channel == channel }) else {
        throw Malformed()
      }
      switch (word, leftMS) {
      case (.ok, _): list.append(Instruction(channel: channel, order: .ok))
      case (.resume, .some(let leftMS)): list.append(Instruction(channel: channel, order: .resume(leftMS: leftMS)))
      case (.stop, _): list.append(Instruction(channel: channel, order: .stop))
      default: throw Malformed()
      }
    }
    return list
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("srv")
    writer.number(epoch)
    writer.key("ch")
    writer.beginArray()
    for instruction in channels {
      writer.beginObject()
      writer.key("c")
      writer.number(UInt64(instruction.channel))
      writer.key("do")
      switch instruction.order {
      case .ok: writer.string(Word.ok.text)
      case .resume(let leftMS):
        writer.string(Word.resume.text)
        writer.key("left")
        writer.number(leftMS)
      case .stop: writer.string(Word.stop.text)
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
