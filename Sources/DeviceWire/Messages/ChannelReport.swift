import Primitives

/// How one output is, as a hello and each ping tell it: `{"c":0,"n":41,"is":"running","left":312000}`.
public struct ChannelReport: Hashable, Sendable {
  /// The output.
  public let channel: UInt8
  /// The highest command number it took; 0 before the first.
  public let number: UInt64
  /// `idle`, `waiting`, `running`, `paused`, `done`, `failed`, `expired`, `stopped` or `unknown`; a newer device may
  /// say more.
  public let says: WireText
  /// What is left to run, milliseconds; of a stopped run what it did not get.
  public let leftMS: UInt64?

  /// A report.
  public init(channel: UInt8, number: UInt64, says: WireText, leftMS: UInt64?) {
    self.channel = channel
    self.number = number
    self.says = says
    self.leftMS = leftMS
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("c")
    writer.number(UInt64(channel))
    writer.key("n")
    writer.number(number)
    writer.key("is")
    writer.string(utf8: says.utf8.span)
    if let leftMS {
      writer.key("left")
      writer.number(leftMS)
    }
    writer.endObject()
  }

  static func encode(_ reports: [ChannelReport], into writer: inout JSONWriter) {
    writer.key("ch")
    writer.beginArray()
    for report in reports { report.encode(into: &writer) }
    writer.endArray()
  }

  /// Reads a list of at most `Wire.channelLimit` reports, each of another output.
  static func list(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) -> [ChannelReport] {
    var reports: [ChannelReport] = []
    try reader.beginArray(in: json)
    while try reader.beginElement(in: json) {
      let report = try ChannelReport(from: &reader, in: json)
      guard reports.count < Wire.channelLimit, !reports.contains(where: { $0.channel == report.channel }) else {
        throw Malformed()
      }
      reports.append(report)
    }
    return reports
  }

  private init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var channel: UInt8?
    var number: UInt64?
    var says: WireText?
    var leftMS: UInt64?
    while let key = try reader.key(in: json) {
      if key.equals("c", in: json) {
        try reader.read(&channel, in: json)
      } else if key.equals("n", in: json) {
        try reader.read(&number, in: json)
      } else if key.equals("is", in: json) {
        try reader.read(&says, least: 1, limit: 16, in: json)
      } else if key.equals("left", in: json) {
        try reader.read(&leftMS, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let channel, let number, let says else { throw Malformed() }
    self.init(channel: channel, number: number, says: says, leftMS: leftMS)
  }
}
