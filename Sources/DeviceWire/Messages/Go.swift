import Primitives

/// Server → device: start the run that was stored with `wait`. `{"go":42}`
///
/// Numbers rise on each output by itself, so on a device with several outputs the number alone may name two runs. A
/// server may say which output it means beside it, `{"go":42,"c":1}`; a device that does not know `c` ignores it.
public struct Go: Hashable, Sendable {
  /// The run's number.
  public let number: UInt64
  /// The output, where it is said.
  public let channel: UInt8?

  /// A go.
  public init(number: UInt64, channel: UInt8? = nil) {
    self.number = number
    self.channel = channel
  }

  /// Reads the outer object, where its output stands beside the number.
  init(in json: Span<UInt8>) throws(Malformed) {
    var reader = MemberReader(at: JSONTokenizer())
    var number: UInt64?
    var channel: UInt8?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("go", in: json) {
        try reader.read(&number, least: 1, in: json)
      } else if key.equals("c", in: json) {
        try reader.read(&channel, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let number else { throw Malformed() }
    self.init(number: number, channel: channel)
  }

  func encode(into writer: inout JSONWriter) {
    writer.number(number)
    if let channel {
      writer.key("c")
      writer.number(UInt64(channel))
    }
  }
}
