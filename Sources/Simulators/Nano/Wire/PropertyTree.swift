package import Primitives

/// JSON the way a Nano node writes it: every scalar a string, and nothing empty but `""`.
///
/// A node holds its replies in a tree whose leaves are texts, so an empty list and an empty object both come out as an
/// empty text.
package indirect enum PropertyTree: Sendable, Equatable {
  case text(String)
  case object([Member])
  case list([PropertyTree])

  /// A key and its value.
  package struct Member: Sendable, Equatable {
    package let key: String
    package var value: PropertyTree

    package init(_ key: String, _ value: PropertyTree) {
      self.key = key
      self.value = value
    }

    package init(_ key: String, _ text: String) { self.init(key, .text(text)) }
  }
}

extension PropertyTree {
  /// The text a node sends: indented by four spaces, a line feed at the end.
  package var printed: String { String(decoding: bytes, as: UTF8.self) }

  /// The text a node sends, as bytes.
  package var bytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out, depth: 0)
    out.append(0x0a)
    return out
  }

  /// The member `key` of an object; nil where there is none.
  package subscript(_ key: String) -> PropertyTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text of a leaf; nil for anything else.
  package var text: String? { if case .text(let text) = self { text } else { nil } }

  private func write(to out: inout [UInt8], depth: Int) {
    switch self {
    case .text(let text): PropertyTree.quote(text, to: &out)
    case .object(let members) where members.isEmpty && depth > 0: PropertyTree.quote("", to: &out)
    case .list(let elements) where elements.isEmpty && depth > 0: PropertyTree.quote("", to: &out)
    case .object(let members):
      out.append(0x7b)
      for (i, member) in members.enumerated() {
        PropertyTree.startLine(i > 0, depth + 1, to: &out)
        PropertyTree.quote(member.key, to: &out)
        out.append(contentsOf: [0x3a, 0x20])
        member.value.write(to: &out, depth: depth + 1)
      }
      PropertyTree.startLine(false, depth, to: &out)
      out.append(0x7d)
    case .list(let elements):
      out.append(0x5b)
      for (i, element) in elements.enumerated() {
        PropertyTree.startLine(i > 0, depth + 1, to: &out)
        element.write(to: &out, depth: depth + 1)
      }
      PropertyTree.startLine(false, depth, to: &out)
      out.append(0x5d)
    }
  }

  private static func startLine(_ needsComma: Bool, _ depth: Int, to out: inout [UInt8]) {
    if needsComma { out.append(0x2c) }
    out.append(0x0a)
    out.append(contentsOf: repeatElement(0x20, count: 4 * depth))
  }

  /// Quotes a text; unlike most writers a node escapes the solidus too.
  private static func quote(_ text: String, to out: inout [UInt8]) {
    out.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c, 0x2f: out.append(contentsOf: [0x5c, byte])
      case 0x08: out.append(contentsOf: [0x5c, 0x62])
      case 0x09: out.append(contentsOf: [0x5c, 0x74])
      case 0x0a: out.append(contentsOf: [0x5c, 0x6e])
      case 0x0c: out.append(contentsOf: [0x5c, 0x66])
      case 0x0d: out.append(contentsOf: [0x5c, 0x72])
      case ..<0x20:
        out.append(contentsOf: Array("\\u00".utf8))
        Hex.append(byte, to: &out, uppercase: true)
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }
}

extension PropertyTree {
  /// Reads a request the way a node does: numbers, truths and texts are all texts, `null` is the text `null`.
  ///
  /// - Throws: `JSONRefusal` for what is not JSON, nests deeper than 20, or has a key twice in one object. The last is
  ///   stricter than a node, which takes the first of the two.
  package init(parsing bytes: [UInt8]) throws(JSONRefusal) {
    self.init(try JSONValue(parsing: bytes, maxDepth: PropertyTree.maxDepth))
  }

  /// How deep a request may nest before a node refuses it.
  package static let maxDepth = 20

  private init(_ value: JSONValue) {
    self =
      switch value {
      case .object(let members): .object(members.map { Member($0.key, PropertyTree($0.value)) })
      case .array(let elements): .list(elements.map { PropertyTree($0) })
      case .string(let text), .number(let text): .text(text)
      case .bool(let truth): .text(truth ? "true" : "false")
      case .null: .text("null")
      }
  }

  /// The elements of a list or the values of an object, in order; a leaf has none.
  package var children: [PropertyTree] {
    switch self {
    case .text: []
    case .object(let members): members.map(\.value)
    case .list(let elements): elements
    }
  }

  /// A yes or no: `true`, `1`, `false`, `0`; nil for anything else, which a node takes as absent.
  package var truth: Bool? {
    switch text {
    case "true", "1": true
    case "false", "0": false
    default: nil
    }
  }
}
