public import Primitives

/// All that a device says under seal.
public enum DeviceMessage: Hashable, Sendable {
  case hello(Hello)
  case ack(Ack)
  case ping(Ping)
  case reading(Reading)
  case unknown(Unknown)

  private enum Name: WireWord {
    case hello, ack, ping, reading, unknown
    var text: StaticString {
      switch self {
      case .hello: "hello"
      case .ack: "ack"
      case .ping: "ping"
      case .reading: "reading"
      case .unknown: "unknown"
      }
    }
  }

  /// Reads the JSON of an opened frame.
  ///
  /// - Throws: `MessageRefusal.notJSON`, or `.notUnderstood` where an `unknown` is the answer.
  public init(decoding json: Span<UInt8>) throws(MessageRefusal) {
    var known: Name?
    var envelope = try Envelope(in: json) { key in
      for name in Name.allCases where key.equals(name.text, in: json) {
        known = name
        return true
      }
      return false
    }
    do throws(Malformed) {
      switch known {
      case .hello: self = .hello(try Hello(from: &envelope.content, in: json))
      case .ack: self = .ack(try Ack(from: &envelope.content, in: json))
      case .ping: self = .ping(try Ping(from: &envelope.content, in: json))
      case .reading: self = .reading(try Reading(from: &envelope.content, in: json))
      case .unknown: self = .unknown(try Unknown(from: &envelope.content, in: json))
      case nil: throw Malformed()
      }
    } catch {
      throw envelope.refusal(in: json)
    }
  }

  /// Writes the JSON.
  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key(name.text)
    switch self {
    case .hello(let message): message.encode(into: &writer)
    case .ack(let message): message.encode(into: &writer)
    case .ping(let message): message.encode(into: &writer)
    case .reading(let message): message.encode(into: &writer)
    case .unknown(let message): message.encode(into: &writer)
    }
    writer.endObject()
  }

  private var name: Name {
    switch self {
    case .hello: .hello
    case .ack: .ack
    case .ping: .ping
    case .reading: .reading
    case .unknown: .unknown
    }
  }
}
