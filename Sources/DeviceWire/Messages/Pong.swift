import Primitives

/// Server → device, the answer to a ping: the counter of the ping's frame. `{"pong":7}`
public struct Pong: Hashable, Sendable {
  /// The counter.
  public let counter: UInt64

  /// A pong.
  public init(counter: UInt64) { self.counter = counter }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var counter: UInt64?
    try reader.read(&counter, least: 1, most: .max, in: json)
    guard let counter else { throw Malformed() }
    self.init(counter: counter)
  }

  func encode(into writer: inout JSONWriter) { writer.number(counter) }
}
