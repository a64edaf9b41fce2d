import Primitives

/// Device → server, every 20 s: I am here, and so are my outputs.
///
/// A lost ack heals with the next one. `{"ping":{"ch":[{"c":0,"n":42,"is":"running","left":580000}]}}`
public struct Ping: Hashable, Sendable {
  /// The outputs.
  public let channels: [ChannelReport]

  /// A ping.
  public init(channels: [ChannelReport]) { self.channels = channels }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var channels: [ChannelReport]?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("ch", in: json) {
        guard channels == nil else { throw Malformed() }
        channels = try ChannelReport.list(from: &reader, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let channels else { throw Malformed() }
    self.init(channels: channels)
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    ChannelReport.encode(channels, into: &writer)
    writer.endObject()
  }
}
