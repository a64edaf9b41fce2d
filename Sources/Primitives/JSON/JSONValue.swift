#if !hasFeature(Embedded)
  /// A whole JSON value in memory, for what is not hot: configuration, answers of a node, vectors.
  ///
  /// Members keep their order; the same key twice is refused; numbers keep their characters, so no digit is lost.
  /// Texts are compared byte by byte, not by what Unicode thinks equal.
  public indirect enum JSONValue: Sendable {
    case object([Member])
    case array([JSONValue])
    case string(String)
    /// The characters of the number as written.
    case number(String)
    case bool(Bool)
    case null

    /// A key and its value.
    public struct Member: Equatable, Sendable {
      /// The key.
      public let key: String
      /// The value.
      public let value: JSONValue

      /// A member of an object.
      public init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
      }

      /// Whether key and value are the same.
      public static func == (a: Member, b: Member) -> Bool { a.key.hasSameUTF8(as: b.key) && a.value == b.value }
    }
  }

  extension JSONValue: Equatable {
    /// Whether both are the same text in the compact style: order of members and spelling of numbers count.
    public static func == (a: JSONValue, b: JSONValue) -> Bool {
      switch (a, b) {
      case (.object(let a), .object(let b)): a == b
      case (.array(let a), .array(let b)): a == b
      case (.string(let a), .string(let b)), (.number(let a), .number(let b)): a.hasSameUTF8(as: b)
      case (.bool(let a), .bool(let b)): a == b
      case (.null, .null): true
      default: false
      }
    }
  }

  extension JSONValue {
    /// The member `key` of an object; nil where there is none or this is no object.
    public subscript(_ key: String) -> JSONValue? {
      guard case .object(let members) = self else { return nil }
      return members.first { $0.key.hasSameUTF8(as: key) }?.value
    }

    /// The element at `index` of an array; nil where there is none or this is no array.
    public subscript(_ index: Int) -> JSONValue? {
      guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
      return elements[index]
    }

    /// The members of an object in order; nil for anything else.
    public var object: [Member]? { if case .object(let members) = self { members } else { nil } }
    /// The elements of an array; nil for anything else.
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The text of a string; nil for anything else.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The characters of a number; nil for anything else.
    public var number: String? { if case .number(let text) = self { text } else { nil } }
    /// The truth of a Boolean; nil for anything else.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// Whether it is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// A number written as a whole one from 0 to 2⁶⁴ − 1; nil for anything else.
    public var uint64: UInt64? { number.flatMap { DecimalDigits.uint64(Array($0.utf8).span) } }
    /// A number written as a whole one from 0 to 2¹²⁸ − 1; nil for anything else.
    public var uint128: UInt128? { number.flatMap { DecimalDigits.uint128(Array($0.utf8).span) } }
    /// A number written as a whole one of 64 bits; nil for anything else.
    public var int64: Int64? {
      number.flatMap { text in
        let digits = Array(text.utf8)
        return JSONNumber(range: 0..<digits.count).int64(in: digits.span)
      }
    }
    /// A number written as a whole one that fits `Int`; nil for anything else.
    public var int: Int? { int64.flatMap { Int(exactly: $0) } }
  }

  extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
  {
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A Boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .number(String(value)) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object with its members in the order written.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
      self = .object(members.map { Member($0.0, $0.1) })
    }

    /// A whole number.
    public static func number(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
  }

  extension String {
    /// Whether both are the same bytes of UTF-8.
    package func hasSameUTF8(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
  }
#endif
