public import Primitives

/// All that a server says under seal.
public enum ServerMessage: Hashable, Sendable {
  case welcome(Welcome)
  case run(Run)
  case go(Go)
  case stop(Stop)
  case pong(Pong)
  case unknown(Unknown)

  private enum Name: WireWord {
    case welcome, run, go, stop, pong, unknown
    var text: StaticString {
      switch self {
      case .welcome: "welcome"
      case .run: "run"
      case .go: "go"
      case .stop: "stop"
      case .pong: "pong"
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
      case .welcome: self = .welcome(try Welcome(from: &envelope.content, in: json))
      case .run: self = .run(try Run(from: &envelope.content, in: json))
      case .go: self = .go(try Go(in: json))
      case .stop: self = .stop(try Stop(from: &envelope.content, in: json))
      case .pong: self = .pong(try Pong(from: &envelope.content, in: json))
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
    case .welcome(let message): message.encode(into: &writer)
    case .run(let message): message.encode(into: &writer)
    case .go(let message): message.encode(into: &writer)
    case .stop(let message): message.encode(into: &writer)
    case .pong(let message): message.encode(into: &writer)
    case .unknown(let message): message.encode(into: &writer)
    }
    writer.endObject()
  }

  private var name: Name {
    switch self {
    case .welcome: .welcome
    case .run: .run
    case .go: .go
    case .stop: .stop
    case .pong: .pong
    case .unknown: .unknown
    }
  }
}
