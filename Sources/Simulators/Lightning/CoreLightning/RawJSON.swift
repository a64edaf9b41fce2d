import Primitives

/// JSON as lightningd reads and writes it: texts keep their spelling, keys may come twice, control characters pass.
///
/// The strict reader of this project refuses what a real node takes, so the toy node has one of its own.
indirect enum RawJSON: Equatable, Sendable {
  case object([Member])
  case array([RawJSON])
  /// What stands between the quotes, escapes and all.
  case string([UInt8])
  /// A number, `true`, `false` or `null` as spelled.
  case primitive([UInt8])

  struct Member: Equatable, Sendable {
    /// As spelled between the quotes.
    let key: [UInt8]
    let value: RawJSON

    init(_ key: String, _ value: RawJSON) {
      self.key = Array(key.utf8)
      self.value = value
    }

    init(key: [UInt8], _ value: RawJSON) {
      self.key = key
      self.value = value
    }
  }

  /// The value of the first member of that name.
  subscript(_ key: String) -> RawJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.elementsEqual(key.utf8) }?.value
  }

  var isNull: Bool { self == .primitive(Array("null".utf8)) }

  /// The text of a string or a primitive as spelled; nil for anything else.
  var token: [UInt8]? {
    switch self {
    case .string(let text), .primitive(let text): text
    case .object, .array: nil
    }
  }
}

// MARK: Writing

extension RawJSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral {
  init(stringLiteral value: String) { self = .text(value) }
  init(booleanLiteral value: Bool) { self = .primitive(Array((value ? "true" : "false").utf8)) }
  init(dictionaryLiteral members: (String, RawJSON)...) { self = .object(members.map { Member($0.0, $0.1) }) }

  /// A string that is escaped as lightningd does it.
  static func text(_ text: String) -> RawJSON { .string(escaped(Array(text.utf8))) }
  static func number(_ value: some BinaryInteger) -> RawJSON { .primitive(Array(String(value).utf8)) }
  static func hex(_ value: Bytes32) -> RawJSON { .string(value.hexDigits()) }

  /// The spelling of bytes between quotes; what is no UTF-8 stays as it is.
  static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    for byte in bytes {
      switch byte {
      case 0x22, 0x5c: out += [0x5c, byte]
      case 0x0a: out += Array("\\n".utf8)
      case 0x0d: out += Array("\\r".utf8)
      case 0x09: out += Array("\\t".utf8)
      case 0x08: out += Array("\\b".utf8)
      case 0x0c: out += Array("\\f".utf8)
      case ..<0x20, 0x7f: out += Array("\\u00".utf8) + Hex.digits([byte])
      default: out.append(byte)
      }
    }
    return out
  }

  func write(to out: inout [UInt8]) {
    switch self {
    case .object(let members):
      out.append(0x7b)
      for (i, member) in members.enumerated() {
        if i > 0 { out.append(0x2c) }
        out.append(0x22)
        out += member.key
        out += [0x22, 0x3a]
        member.value.write(to: &out)
      }
      out.append(0x7d)
    case .array(let elements):
      out.append(0x5b)
      for (i, element) in elements.enumerated() {
        if i > 0 { out.append(0x2c) }
        element.write(to: &out)
      }
      out.append(0x5d)
    case .string(let text):
      out.append(0x22)
      out += text
      out.append(0x22)
    case .primitive(let text): out += text
    }
  }

  var bytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  /// Only the members that a `filter` names, in their own order; `true` takes a member whole.
  func filtered(by filter: RawJSON) -> RawJSON {
    switch (self, filter) {
    case (.object(let members), .object):
      .object(
        members.compactMap { member in
          filter[String(decoding: member.key, as: UTF8.self)].map {
            Member(key: member.key, member.value.filtered(by: $0))
          }
        }
      )
    case (.array(let elements), .array(let filters)):
      .array(filters.first.map { filter in elements.map { $0.filtered(by: filter) } } ?? elements)
    default: self
    }
  }
}
