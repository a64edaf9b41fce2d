import Primitives

/// Device → server: what became of a number. `{"ack":{"c":0,"n":42,"is":"accepted","left":600000}}`
public struct Ack: Hashable, Sendable {
  /// The output.
  public let channel: UInt8
  /// The number.
  public let number: UInt64
  /// What became of it.
  public let word: Word
  /// What is left to run, milliseconds; of a stop what the stopped run did not get.
  public let leftMS: UInt64?
  /// Whether it was said before: the command came again and nothing was done.
  public let again: Bool

  /// What can become of a number.
  public enum Word: WireWord {
    /// Taken: it runs, or waits for `go`.
    case accepted
    /// It ran to its end; of a stop: what ran is off.
    case done
    /// The device could not do it.
    case failed
    /// Something runs or waits; ask again later. The number is not used up.
    case busy
    /// Its life was over before it could start; it never will.
    case expired
    /// The device no longer knows the frame that `at` names; send again with a fresh one. The number is not used up.
    case stale
    /// A higher number was taken before.
    case passed
    /// The number was taken under another id.
    case conflict
    /// It may have run: the power failed at the wrong moment.
    case unknown

    /// The word.
    public var text: StaticString {
      switch self {
      case .accepted: "accepted"
      case .done: "done"
      case .failed: "failed"
      case .busy: "busy"
      case .expired: "expired"
      case .stale: "stale"
      case .passed: "passed"
      case .conflict: "conflict"
      case .unknown: "unknown"
      }
    }
  }

  /// An acknowledgement.
  public init(channel: UInt8, number: UInt64, word: Word, leftMS: UInt64?, again: Bool = false) {
    self.channel = channel
    self.number = number
    self.word = word
    self.leftMS = leftMS
    self.again = again
  }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var channel: UInt8?
    var number: UInt64?
    var word: Word?
    var leftMS: UInt64?
    var again: Bool?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("c", in: json) {
        try reader.read(&channel, in: json)
      } else if key.equals("n", in: json) {
        try reader.read(&number, in: json)
      } else if key.equals("is", in: json) {
        try reader.read(&word, in: json)
      } else if key.equals("left", in: json) {
        try reader.read(&leftMS, in: json)
      } else if key.equals("again", in: json) {
        try reader.read(&again, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let channel, let number, let word else { throw Malformed() }
    self.init(channel: channel, number: number, word: word, leftMS: leftMS, again: again ?? false)
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("c")
    writer.number(UInt64(channel))
    writer.key("n")
    writer.number(number)
    writer.key("is")
    writer.string(word.text)
    if let leftMS {
      writer.key("left")
      writer.number(leftMS)
    }
    if again {
      writer.key("again")
      writer.bool(true)
    }
    writer.endObject()
  }
}
