import Primitives

extension NanoRefusal {
  init(_ refusal: JSONRefusal) {
    switch refusal.reason {
    case .badUTF8, .loneSurrogate: self = .badText(at: refusal.offset)
    default: self = .notJSON(at: refusal.offset)
    }
  }
}

extension JSONTokenizer {
  /// The next token, or the refusal this module speaks of.
  @inline(__always)
  mutating func token(in bytes: Span<UInt8>) throws(NanoRefusal) -> JSONToken {
    do { return try next(in: bytes) } catch { throw NanoRefusal(error) }
  }

  /// Reads over a value, or throws the refusal this module speaks of.
  @inline(__always)
  mutating func skip(in bytes: Span<UInt8>) throws(NanoRefusal) {
    do { try skipValue(in: bytes) } catch { throw NanoRefusal(error) }
  }
}

extension JSONValue {
  /// Reads a whole text.
  ///
  /// - Throws: `.notJSON` or `.badText`; `.notJSON` as well for a key that occurs twice in one object.
  init(readingNano bytes: Span<UInt8>) throws(NanoRefusal) {
    do { self = try JSONValue(parsing: bytes, maxDepth: 20) } catch { throw NanoRefusal(error) }
  }
}
