import Primitives

// Reading, as lenient as lightningd's tokenizer.

extension RawJSON {
  /// What a reader finds in the bytes that have come.
  enum Reading: Equatable {
    /// Whole values, and where the first byte after them is.
    case values([(RawJSON, Range<Int>)], end: Int)
    /// No JSON ever, whatever may still come.
    case invalid

    static func == (a: Reading, b: Reading) -> Bool {
      switch (a, b) {
      case (.invalid, .invalid): true
      case (.values(let a, let aEnd), .values(let b, let bEnd)): a.elementsEqual(b, by: ==) && aEnd == bEnd
      default: false
      }
    }
  }

  /// How deep values may nest.
  static let maxDepth = 64

  /// Reads all whole values in `bytes`; one wrong byte anywhere makes all of it invalid.
  static func read(_ bytes: [UInt8]) -> Reading {
    var reader = RawReader(bytes)
    var values: [(RawJSON, Range<Int>)] = []
    while true {
      reader.skipSpace()
      let start = reader.at
      do throws(RawReader.Stop) {
        let value = try reader.value(depth: 0)
        values.append((value, start..<reader.at))
      } catch {
        return error == .invalid ? .invalid : .values(values, end: start)
      }
    }
  }
}

private struct RawReader {
  enum Stop: Error { case unfinished, invalid }

  private let bytes: [UInt8]
  private(set) var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
  }

  private mutating func next() throws(Stop) -> UInt8 {
    skipSpace()
    guard at < bytes.count else { throw .unfinished }
    return bytes[at]
  }

  mutating func value(depth: Int) throws(Stop) -> RawJSON {
    guard depth < RawJSON.maxDepth else { throw .invalid }
    switch try next() {
    case 0x7b: return try object(depth)
    case 0x5b: return try array(depth)
    case 0x22: return .string(try string())
    case 0x2d, 0x30...0x39, 0x74, 0x66, 0x6e: return .primitive(try primitive())
    default: throw .invalid
    }
  }

  private mutating func object(_ depth: Int) throws(Stop) -> RawJSON {
    at += 1
    var members: [RawJSON.Member] = []
    if try next() == 0x7d {
      at += 1
      return .object([])
    }
    while true {
      guard try next() == 0x22 else { throw .invalid }
      let key = try string()
      guard try next() == 0x3a else { throw .invalid }
      at += 1
      members.append(.init(key: key, try value(depth: depth + 1)))
      if try endsAfterItem(0x7d) { return .object(members) }
    }
  }

  private mutating func array(_ depth: Int) throws(Stop) -> RawJSON {
    at += 1
    var elements: [RawJSON] = []
    if try next() == 0x5d {
      at += 1
      return .array([])
    }
    while true {
      elements.append(try value(depth: depth + 1))
      if try endsAfterItem(0x5d) { return .array(elements) }
    }
  }

  private mutating func endsAfterItem(_ bracket: UInt8) throws(Stop) -> Bool {
    let byte = try next()
    guard byte == bracket || byte == 0x2c else { throw .invalid }
    at += 1
    return byte == bracket
  }

  private mutating func string() throws(Stop) -> [UInt8] {
    at += 1
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case 0x22:
        let text = bytes[start..<at]
        at += 1
        // Control characters pass, what is no UTF-8 does not.
        guard UTF8Form.isValid(Array(text).span) else { throw .invalid }
        return Array(text)
      case 0x5c: try escape()
      default: at += 1
      }
    }
    throw .unfinished
  }

  private mutating func escape() throws(Stop) {
    guard at + 1 < bytes.count else { throw .unfinished }
    switch bytes[at + 1] {
    case 0x22, 0x2f, 0x5c, 0x62, 0x66, 0x6e, 0x72, 0x74: at += 2
    case 0x75:
      for i in at + 2..<at + 6 {
        guard i < bytes.count else { throw .unfinished }
        guard Hex.value(bytes[i]) < 16 else { throw .invalid }
      }
      at += 6
    default: throw .invalid
    }
  }

  /// Ends at a space, a comma or a closing bracket; until one has come it could go on.
  private mutating func primitive() throws(Stop) -> [UInt8] {
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5d, 0x7d: return Array(bytes[start..<at])
      case 0x21...0x7e: at += 1
      default: throw .invalid
      }
    }
    throw .unfinished
  }
}
