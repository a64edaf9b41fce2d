import Primitives

/// The content of a message is not what that message must have.
struct Malformed: Error {}

/// Reads the members of a message's objects.
///
/// Unknown members are passed over; one that is read must come once, with the right type and within its bounds.
struct MemberReader {
  private var tokens: JSONTokenizer

  /// A reader that stands before a value.
  init(at tokens: JSONTokenizer) { self.tokens = tokens }

  mutating func beginObject(in json: Span<UInt8>) throws(Malformed) {
    guard case .beginObject = try next(in: json) else { throw Malformed() }
  }

  mutating func beginArray(in json: Span<UInt8>) throws(Malformed) {
    guard case .beginArray = try next(in: json) else { throw Malformed() }
  }

  /// The next key; nil once the object ended.
  mutating func key(in json: Span<UInt8>) throws(Malformed) -> JSONText? {
    switch try next(in: json) {
    case .key(let key): return key
    case .endObject: return nil
    default: throw Malformed()
    }
  }

  /// Whether another object begins in an array; false once the array ended.
  mutating func beginElement(in json: Span<UInt8>) throws(Malformed) -> Bool {
    switch try next(in: json) {
    case .beginObject: return true
    case .endArray: return false
    default: throw Malformed()
    }
  }

  mutating func skip(in json: Span<UInt8>) throws(Malformed) {
    do { try tokens.skipValue(in: json) } catch { throw Malformed() }
  }

  /// Reads a whole number between `least` and `most`.
  mutating func read<I: FixedWidthInteger & UnsignedInteger>(
    _ value: inout I?,
    least: UInt64 = 0,
    most: UInt64 = Wire.greatest,
    in json: Span<UInt8>
  ) throws(Malformed) {
    guard value == nil, case .number(let number) = try next(in: json), let read = number.uint64(in: json),
      read >= least, read <= most, let fitting = I(exactly: read)
    else { throw Malformed() }
    value = fitting
  }

  mutating func read(_ value: inout Bool?, in json: Span<UInt8>) throws(Malformed) {
    guard value == nil, case .bool(let read) = try next(in: json) else { throw Malformed() }
    value = read
  }

  /// Reads a text of at most `limit` bytes.
  mutating func read(_ value: inout WireText?, least: Int = 0, limit: Int, in json: Span<UInt8>) throws(Malformed) {
    guard value == nil, case .string(let text) = try next(in: json) else { throw Malformed() }
    let read = text.decoded(in: json)
    guard read.count >= least, read.count <= limit else { throw Malformed() }
    value = WireText(utf8: read)
  }

  /// Reads 16 bytes in hexadecimal digits.
  mutating func read(_ value: inout SessionNonce?, in json: Span<UInt8>) throws(Malformed) {
    var text: WireText?
    try read(&text, limit: 32, in: json)
    guard value == nil, let text, let bytes = try? Hex.decode(text.utf8.span), let read = SessionNonce(bytes) else {
      throw Malformed()
    }
    value = read
  }

  /// Reads one of a closed set of words.
  mutating func read<W: WireWord>(_ value: inout W?, in json: Span<UInt8>) throws(Malformed) {
    guard value == nil, case .string(let text) = try next(in: json) else { throw Malformed() }
    for word in W.allCases where text.equals(word.text, in: json) { value = word }
    guard value != nil else { throw Malformed() }
  }

  private mutating func next(in json: Span<UInt8>) throws(Malformed) -> JSONToken {
    do { return try tokens.next(in: json) } catch { throw Malformed() }
  }
}

/// A closed set of words that travel as text.
public protocol WireWord: CaseIterable, Hashable, Sendable {
  /// The word.
  var text: StaticString { get }
}

/// Bounds that hold on the whole link.
public enum Wire {
  /// The greatest number of any kind: 2⁵³ − 1, which every JSON reader keeps exact.
  public static let greatest: UInt64 = 1 << 53 - 1
  /// The most outputs a device has.
  public static let channelLimit = 8
}
