import Coinslot
import Primitives

/// A JSON object as a node prints it: every scalar a string, and `""` wherever a list or an object is empty.
struct NodeObject {
  private let value: JSONValue

  /// - Throws: `.wrongType` where `value` is no object and not `""`.
  init(_ value: JSONValue, _ field: String) throws(NanoRefusal) {
    guard value.object != nil || value.string?.isEmpty == true else { throw .wrongType(field) }
    self.value = value
  }

  /// The members in order.
  var members: [JSONValue.Member] { value.object ?? [] }

  /// A member as it is.
  subscript(_ key: String) -> JSONValue? { value[key] }

  /// A member that must be there.
  func required(_ key: String) throws(NanoRefusal) -> JSONValue {
    guard let member = value[key] else { throw .missing(key) }
    return member
  }

  /// A member's text read in one of the spellings of `NanoText`.
  func required<Value>(
    _ key: String,
    _ read: (Span<UInt8>, String) throws(NanoRefusal) -> Value
  ) throws(NanoRefusal) -> Value {
    try NodeObject.read(try required(key), key, read)
  }

  /// A member's text read in one of the spellings of `NanoText`, nil where there is none.
  func optional<Value>(
    _ key: String,
    _ read: (Span<UInt8>, String) throws(NanoRefusal) -> Value
  ) throws(NanoRefusal) -> Value? {
    guard let member = value[key] else { return nil }
    return try NodeObject.read(member, key, read)
  }

  /// As above, under the name newer nodes use or the one older nodes know.
  func optional<Value>(
    _ key: String,
    before older: String,
    _ read: (Span<UInt8>, String) throws(NanoRefusal) -> Value
  ) throws(NanoRefusal) -> Value? {
    try optional(value[key] == nil ? older : key, read)
  }

  /// A member that is an object; empty where it is `""`.
  func object(_ key: String) throws(NanoRefusal) -> NodeObject { try NodeObject(try required(key), key) }

  /// A member that is a list; empty where it is `""`.
  func list(_ key: String) throws(NanoRefusal) -> [JSONValue] { try NodeObject.list(try required(key), key) }

  /// A list; empty where it is `""`.
  static func list(_ value: JSONValue, _ field: String) throws(NanoRefusal) -> [JSONValue] {
    if let elements = value.array { return elements }
    guard value.string?.isEmpty == true else { throw .wrongType(field) }
    return []
  }

  /// A string read in one of the spellings of `NanoText`.
  static func read<Value>(
    _ value: JSONValue,
    _ field: String,
    _ read: (Span<UInt8>, String) throws(NanoRefusal) -> Value
  ) throws(NanoRefusal) -> Value {
    guard let text = value.string else { throw .wrongType(field) }
    return try read(Array(text.utf8).span, field)
  }
}

extension NanoText {
  /// `true` or `1`, `false` or `0`.
  static func flag(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Bool {
    if word("true", text) || word("1", text) { return true }
    guard word("false", text) || word("0", text) else { throw .unknownWord(field) }
    return false
  }

  /// A time in milliseconds since 1970.
  static func timeMS(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Int64 {
    guard let time = Int64(exactly: try number(text, field)) else { throw .numberTooLarge(field) }
    return time
  }

  /// Any text of at most 256 bytes.
  static func text(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> String {
    guard text.count <= 256 else { throw .badLength(field) }
    return text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// What a block is said to do.
  static func subtype(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Subtype {
    Subtype(try self.text(text, field))
  }

  /// Thirty-two bytes, nil where all are zero: a node's way to say that there is none.
  static func bytes32OrNone(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Bytes32? {
    let value = try bytes32(text, field)
    return value.isZero ? nil : value
  }

  private static func word(_ word: StaticString, _ text: Span<UInt8>) -> Bool { word.equals(text, 0..<text.count) }
}
