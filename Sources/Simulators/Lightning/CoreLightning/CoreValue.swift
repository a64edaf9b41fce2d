import Primitives

/// What a parameter of lightningd may be, and how it complains where it is not.
enum CoreKind: Equatable, Sendable {
  case number
  /// Millisatoshi above zero in one of many spellings, or `any`.
  case msat
  case label
  /// Text whose escapes are undone; `\u` is not among them.
  case text
  /// 32 bytes.
  case hash
  /// 32 bytes, as a preimage is complained about.
  case preimage
  case truth
  /// One of these words.
  case word([String], complaint: String)
  /// `true`, `false`, or one or several short channel identifiers.
  case exposure
  /// An invoice in text form.
  case invoiceText

  var complaint: String {
    switch self {
    case .number: "should be an unsigned 64 bit integer"
    case .msat: "should be positive msat or 'any'"
    case .label: "should be a string or number"
    case .text: "should be a string (without \\u)"
    case .hash: "should be a 32 byte hex value"
    case .preimage: "should be 64 hex digits"
    case .truth: "should be 'true' or 'false'"
    case .word(_, let complaint): complaint
    case .exposure: "should be an array of short_channel_ids, or a boolean"
    case .invoiceText: "should be a string"
    }
  }

  /// The value; nil where it is none of this kind.
  func read(_ raw: RawJSON) -> CoreValue? {
    switch self {
    case .number: raw.token.flatMap { CoreValue.number(digits: $0) }.map { .number($0) }
    case .msat: raw.token.flatMap { CoreValue.msat($0) }
    case .label: CoreValue.label(raw)
    case .text: if case .string(let text) = raw { CoreValue.unescaped(text).map { .text($0) } } else { nil }
    case .hash, .preimage: raw.token.flatMap { try? Hex.bytes32($0.span) }.map { .hash($0) }
    case .truth:
      if case .primitive(let word) = raw {
        word.elementsEqual("true".utf8) ? .truth(true) : word.elementsEqual("false".utf8) ? .truth(false) : nil
      } else {
        nil
      }
    case .word(let words, _):
      raw.token.map { String(decoding: $0, as: UTF8.self) }
        .flatMap { words.contains($0) ? .text($0) : nil }
    case .exposure: CoreValue.exposure(raw)
    case .invoiceText: if case .string(let text) = raw { .text(String(decoding: text, as: UTF8.self)) } else { nil }
    }
  }
}

/// A parameter that was read.
enum CoreValue: Equatable, Sendable {
  case number(UInt64)
  /// Nil: any amount.
  case msat(UInt64?)
  case label([UInt8])
  case text(String)
  case hash(Bytes32)
  case truth(Bool)
  /// Channels by name; nil: as the truth says.
  case channels([String])

  static func number(digits: some Collection<UInt8>) -> UInt64? {
    guard !digits.isEmpty, digits.count <= 20 else { return nil }
    return DecimalDigits.uint64(trimmed(digits).span)
  }

  /// Digits without the zeros in front, which lightningd does not mind.
  private static func trimmed(_ digits: some Collection<UInt8>) -> [UInt8] {
    let rest = Array(digits.drop { $0 == 0x30 })
    return rest.isEmpty ? [0x30] : rest
  }

  fileprivate static func label(_ raw: RawJSON) -> CoreValue? {
    switch raw {
    case .string(let text): .label(text)
    case .primitive(let text): text.first.map { $0 == 0x2d || (0x30...0x39).contains($0) } == true ? .label(text) : nil
    case .object, .array: nil
    }
  }

  fileprivate static func exposure(_ raw: RawJSON) -> CoreValue? {
    switch raw {
    case .primitive: return CoreKind.truth.read(raw)
    case .string(let text): return .channels([String(decoding: text, as: UTF8.self)])
    case .array(let elements):
      let names = elements.compactMap { element in
        if case .string(let text) = element { String(decoding: text, as: UTF8.self) } else { nil }
      }
      return names.count == elements.count ? .channels(names) : nil
    case .object: return nil
    }
  }

  /// `21000`, `21000msat`, `21sat`, `21.001sat`, `1btc`, `0.00000021btc`; `any` for none.
  fileprivate static func msat(_ token: [UInt8]) -> CoreValue? {
    let text = String(decoding: token, as: UTF8.self)
    if text == "any" { return .msat(nil) }
    let units: [(name: String, places: Set<Int>, msat: Int)] = [
      ("msat", [0], 0), ("sat", [0, 3], 3), ("btc", [0, 8, 11], 11), ("", [0], 0),
    ]
    guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
    let parts = text.dropLast(unit.name.utf8.count).utf8.split(separator: 0x2e, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1].count : 0
    guard (1...2).contains(parts.count), !parts[0].isEmpty, unit.places.contains(fraction), parts.last?.isEmpty == false
    else { return nil }
    let digits = parts.joined() + [UInt8](repeating: 0x30, count: unit.msat - fraction)
    guard digits.count <= 30, let msat = DecimalDigits.uint64(trimmed(Array(digits)).span), msat > 0 else { return nil }
    return .msat(msat)
  }

  /// The text behind a spelling; nil where it has a `\u`.
  static func unescaped(_ spelling: [UInt8]) -> String? {
    var out: [UInt8] = []
    var at = 0
    while at < spelling.count {
      guard spelling[at] == 0x5c else {
        out.append(spelling[at])
        at += 1
        continue
      }
      guard at + 1 < spelling.count else { return nil }
      switch spelling[at + 1] {
      case 0x22, 0x2f, 0x5c: out.append(spelling[at + 1])
      case 0x62: out.append(0x08)
      case 0x66: out.append(0x0c)
      case 0x6e: out.append(0x0a)
      case 0x72: out.append(0x0d)
      case 0x74: out.append(0x09)
      default: return nil
      }
      at += 2
    }
    return String(validating: out, as: UTF8.self)
  }
}
