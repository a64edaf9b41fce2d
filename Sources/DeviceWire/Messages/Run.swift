import Primitives

/// Server → device: switch an output on for a time.
///
/// `{"run":{"id":"dsp_1","c":0,"n":42,"mode":"new","ms":600000,"once":true,"at":1,"life":90000}}`, and with
/// `"wait":true` behind: store it, and start only when `go` comes.
public struct Run: Hashable, Sendable {
  /// The work it belongs to, 1 to 64 bytes.
  public let id: WireText
  /// The output.
  public let channel: UInt8
  /// Its number on that output, 1 … 2⁵³ − 1.
  public let number: UInt64
  /// Relation to what runs.
  public let mode: Mode
  /// How long, milliseconds; 1 or more.
  public let ms: UInt64
  /// Whether it must not happen twice (remember first), or may rather be repeated (act first).
  public let once: Bool
  /// The counter of a frame that the device sent.
  public let at: UInt64
  /// It may start while less than this many milliseconds have passed since the device sent that frame.
  public let lifeMS: UInt64
  /// Whether it waits for `go`.
  public let waits: Bool

  /// Relation of a run to what runs on the output.
  public enum Mode: WireWord {
    /// Start; busy if something runs.
    case new
    /// Add to what runs, or start.
    case extend
    /// Take the place of what runs.
    case replace

    /// The word.
    public var text: StaticString {
      switch self {
      case .new: "new"
      case .extend: "extend"
      case .replace: "replace"
      }
    }
  }

  /// A run.
  public init(
    id: WireText,
    channel: UInt8,
    number: UInt64,
    mode: Mode,
    ms: UInt64,
    once: Bool,
    at: UInt64,
    lifeMS: UInt64,
    waits: Bool = false
  ) {
    self.id = id
    self.channel = channel
    self.number = number
    self.mode = mode
    self.ms = ms
    self.once = once
    self.at = at
    self.lifeMS = lifeMS
    self.waits = waits
  }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var id: WireText?
    var channel: UInt8?
    var number: UInt64?
    var mode: Mode?
    var ms: UInt64?
    var once: Bool?
    var at: UInt64?
    var lifeMS: UInt64?
    var waits: Bool?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("id", in: json) {
        try reader.read(&id, least: 1, limit: 64, in: json)
      } else if key.equals("c", in: json) {
        try reader.read(&channel, in: json)
      } else if key.equals("n", in: json) {
        try reader.read(&number, least: 1, in: json)
      } else if key.equals("mode", in: json) {
        try reader.read(&mode, in: json)
      } else if key.equals("ms", in: json) {
        try reader.read(&ms, least: 1, in: json)
      } else if key.equals("once", in: json) {
        try reader.read(&once, in: json)
      } else if key.equals("at", in: json) {
        try reader.read(&at, most: .max, in: json)
      } else if key.equals("life", in: json) {
        try reader.read(&lifeMS, in: json)
      } else if key.equals("wait", in: json) {
        try reader.read(&waits, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let id, let channel, let number, let mode, let ms, let once, let at, let lifeMS else { throw Malformed() }
    self.init(
      id: id,
      channel: channel,
      number: number,
      mode: mode,
      ms: ms,
      once: once,
      at: at,
      lifeMS: lifeMS,
      waits: waits ?? false
    )
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("id")
    writer.string(utf8: id.utf8.span)
    writer.key("c")
    writer.number(UInt64(channel))
    writer.key("n")
    writer.number(number)
    writer.key("mode")
    writer.string(mode.text)
    writer.key("ms")
    writer.number(ms)
    writer.key("once")
    writer.bool(once)
    writer.key("at")
    writer.number(at)
    writer.key("life")
    writer.number(lifeMS)
    if waits {
      writer.key("wait")
      writer.bool(true)
    }
    writer.endObject()
  }
}
