#if !hasFeature(Embedded)
  extension JSONValue {
    /// Reads a whole JSON text; arrays and objects may nest `maxDepth` deep, at most 64.
    ///
    /// - Throws: `JSONRefusal` for what is not JSON, nests deeper, or has a key twice in one object.
    public init(parsing bytes: Span<UInt8>, maxDepth: Int = 32) throws(JSONRefusal) {
      var tokens = JSONTokenizer(maxDepth: maxDepth)
      let first = try tokens.next(in: bytes)
      self = try JSONValue.value(first, &tokens, bytes)
      _ = try tokens.next(in: bytes)
    }

    /// Reads a whole JSON text.
    ///
    /// - Throws: As `init(parsing:maxDepth:)` over bytes.
    public init(parsing bytes: [UInt8], maxDepth: Int = 32) throws(JSONRefusal) {
      try self.init(parsing: bytes.span, maxDepth: maxDepth)
    }

    /// Reads a whole JSON text.
    ///
    /// - Throws: As `init(parsing:maxDepth:)` over bytes.
    public init(parsing text: String, maxDepth: Int = 32) throws(JSONRefusal) {
      try self.init(parsing: Array(text.utf8).span, maxDepth: maxDepth)
    }

    /// The value that starts with `token`.
    ///
    /// Recursion is bounded by the tokenizer's depth.
    private static func value(
      _ token: JSONToken,
      _ tokens: inout JSONTokenizer,
      _ bytes: Span<UInt8>
    ) throws(JSONRefusal) -> JSONValue {
      switch token {
      case .beginObject: return .object(try members(&tokens, bytes))
      case .beginArray:
        var elements: [JSONValue] = []
        while true {
          let next = try tokens.next(in: bytes)
          if next == .endArray { return .array(elements) }
          elements.append(try value(next, &tokens, bytes))
        }
      case .string(let text): return .string(text.string(in: bytes))
      case .number(let number): return .number(number.text(in: bytes))
      case .bool(let value): return .bool(value)
      case .null: return .null
      case .key, .endObject, .endArray, .end: throw JSONRefusal(.unexpectedByte, at: tokens.offset)
      }
    }

    private static func members(
      _ tokens: inout JSONTokenizer,
      _ bytes: Span<UInt8>
    ) throws(JSONRefusal) -> [Member] {
      var members: [Member] = []
      var seen: Set<[UInt8]> = []
      while true {
        guard case .key(let text) = try tokens.next(in: bytes) else { return members }
        let key = text.decoded(in: bytes)
        guard seen.insert(key).inserted else { throw JSONRefusal(.duplicateKey, at: text.range.lowerBound) }
        let first = try tokens.next(in: bytes)
        members.append(Member(String(decoding: key, as: UTF8.self), try value(first, &tokens, bytes)))
      }
    }
  }
#endif
