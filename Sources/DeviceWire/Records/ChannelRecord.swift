public import Primitives

/// What a device remembers of one output over a power cut.
///
/// 32 bytes, big-endian: version `01` · kind `43` · output u8 · state u8 · sequence u32 · n u64 · first 8 bytes of
/// SHA-256(id) · left u32, milliseconds · CRC-32 of the 28 bytes before.
///
/// ## On failure
/// Two of them alternate (slot = sequence & 1); the one with the higher sequence counts. A write that was cut short
/// leaves the one before it.
public struct ChannelRecord: Hashable, Sendable {
  /// How many bytes it takes.
  public static let size = 32

  /// The output.
  public let channel: UInt8
  /// One more with each write.
  public let sequence: UInt32
  /// The highest number taken.
  public let number: UInt64
  /// The first 8 bytes of SHA-256 of the id it was taken under; a stop has the empty id.
  public let id: UInt64
  /// What became of it.
  public let state: State
  /// Time owed, milliseconds, with the tick that now runs already taken off; of a stopped run what it did not get.
  public let leftMS: UInt32

  /// What became of a number.
  public enum State: UInt8, Hashable, Sendable {
    /// Stored until `go`; the output is off.
    case waiting = 1
    /// About to be switched on. Found after a boot: nobody can say whether it was.
    case armed = 2
    /// Switched on.
    case running = 3
    /// Ran to its end, or a stop that was carried out.
    case done = 4
    /// The output could not be switched.
    case failed = 5
    /// Never started and never will.
    case expired = 6
    /// Switched off before its end by a welcome.
    case stopped = 7
    /// Nobody can say whether it ran, and nothing more will come of it.
    case unknown = 8
  }

  /// A record.
  public init(channel: UInt8, sequence: UInt32, number: UInt64, id: UInt64, state: State, leftMS: UInt32) {
    self.channel = channel
    self.sequence = sequence
    self.number = number
    self.id = id
    self.state = state
    self.leftMS = leftMS
  }

  /// Where it goes.
  public var place: RecordPlace { .channel(channel, slot: UInt8(sequence & 1)) }

  /// The first 8 bytes of SHA-256 of an id, big-endian.
  public static func digest(of id: WireText) -> UInt64 { SHA256.hash(id.utf8.span).words.0 }

  /// Reads a record.
  ///
  /// - Throws: `Refusal` for another size, kind, version, state or number, or where the checksum does not fit.
  public init(decoding bytes: Span<UInt8>) throws(Refusal) {
    var reader = try RecordFrame.open(bytes, kind: RecordFrame.channel, size: ChannelRecord.size)
    channel = try reader.uint8(in: bytes)
    guard let state = State(rawValue: try reader.uint8(in: bytes)) else { throw .badValue("no such state") }
    self.state = state
    sequence = try reader.integer(UInt32.self, in: bytes)
    number = try reader.integer(UInt64.self, in: bytes)
    guard number <= Wire.greatest else { throw .badValue("a number above 2⁵³ − 1") }
    id = try reader.integer(UInt64.self, in: bytes)
    leftMS = try reader.integer(UInt32.self, in: bytes)
  }

  /// The bytes to keep.
  public func encoded() -> [UInt8] {
    RecordFrame.close(kind: RecordFrame.channel) { out in
      out.append(channel)
      out.append(state.rawValue)
      RecordFrame.append(sequence, to: &out)
      RecordFrame.append(number, to: &out)
      RecordFrame.append(id, to: &out)
      RecordFrame.append(leftMS, to: &out)
    }
  }

  /// The newer of two places of an output, each nil where nothing can be read; nil where neither holds a record of it.
  public static func newest(of channel: UInt8, _ first: [UInt8]?, _ second: [UInt8]?) -> ChannelRecord? {
    let a = first.flatMap { try? ChannelRecord(decoding: $0.span) }.flatMap { $0.channel == channel ? $0 : nil }
    let b = second.flatMap { try? ChannelRecord(decoding: $0.span) }.flatMap { $0.channel == channel ? $0 : nil }
    guard let a, let b else { return a ?? b }
    // The difference, not the size, so that the count may turn over.
    return Int32(bitPattern: a.sequence &- b.sequence) > 0 ? a : b
  }
}
