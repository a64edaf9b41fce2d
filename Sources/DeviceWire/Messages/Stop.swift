import Primitives

/// Server → device: end what runs or waits on an output.
///
/// It takes a number too. `{"stop":{"c":0,"n":43}}`
public struct Stop: Hashable, Sendable {
  /// The output.
  public let channel: UInt8
  /// Its number on that output, 1 … 2⁵³ − 1.
  public let number: UInt64

  /// A stop.
  public init(channel: UInt8, number: UInt64) {
    self.channel = channel
    self.number = number
  }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var channel: UInt8?
    var number: UInt64?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("c", in: json) {
        try reader.read(&channel, in: json)
      } else if key.equals("n", in: json) {
        try reader.read(&number, least: 1, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let channel, let number else { throw Malformed() }
    self.init(channel: channel, number: number)
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("c")
    writer.number(UInt64(channel))
    writer.key("n")
    writer.number(number)
    writer.endObject()
  }
}
