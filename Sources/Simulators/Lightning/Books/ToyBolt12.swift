import Primitives

/// The fields of a BOLT12 text in ascending order, written as the toy node writes them.
struct ToyBolt12 {
  private var fields: [(type: UInt64, bytes: [UInt8])] = []

  /// Adds a field; its type is above those before it.
  mutating func add(_ type: UInt64, _ value: [UInt8]) {
    precondition(type > fields.last?.type ?? 0 || fields.isEmpty)
    fields.append((type, Self.bigSize(type) + Self.bigSize(UInt64(value.count)) + value))
  }

  /// Adds a whole number, without zero bytes in front.
  mutating func add(_ type: UInt64, number: UInt64) {
    let bytes = (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    add(type, Array(bytes.drop { $0 == 0 }))
  }

  /// The text; it has no checksum.
  func text(prefix: String) -> String {
    let bytes = fields.flatMap(\.bytes)
    let characters = FiveBitWords.words(of: bytes.span).map { Bech32.alphabet.byte(at: Int($0)) }
    return prefix + "1" + String(decoding: characters, as: UTF8.self)
  }

  /// The root of the tree over all fields but signatures (BOLT 12), which is also an offer's identifier.
  var root: Bytes32 {
    let signed = fields.filter { !(240...1000).contains($0.type) }
    guard let first = signed.first else { return .zero }
    var nodes = signed.map { field in
      Self.branch(
        Self.tagged("LnLeaf", field.bytes),
        Self.tagged(Array("LnNonce".utf8) + first.bytes, Self.bigSize(field.type))
      )
    }
    while nodes.count > 1 {
      nodes = stride(from: 0, to: nodes.count, by: 2).map { i in
        i + 1 < nodes.count ? Self.branch(nodes[i], nodes[i + 1]) : nodes[i]
      }
    }
    return nodes[0]
  }

  private static func branch(_ a: Bytes32, _ b: Bytes32) -> Bytes32 {
    tagged("LnBranch", min(a, b).bytes + max(a, b).bytes)
  }

  /// SHA-256 under a tag, as BIP 340 does it.
  static func tagged(_ tag: String, _ message: [UInt8]) -> Bytes32 { tagged(Array(tag.utf8), message) }

  private static func tagged(_ tag: [UInt8], _ message: [UInt8]) -> Bytes32 {
    let head = SHA256.hash(tag).bytes
    return SHA256.hash(head + head + message)
  }

  private static func bigSize(_ value: UInt64) -> [UInt8] {
    func bytes(_ count: Int) -> [UInt8] {
      (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
    return switch value {
    case ..<0xfd: bytes(1)
    case ..<0x1_0000: [0xfd] + bytes(2)
    case ..<0x1_0000_0000: [0xfe] + bytes(4)
    default: [0xff] + bytes(8)
    }
  }
}
