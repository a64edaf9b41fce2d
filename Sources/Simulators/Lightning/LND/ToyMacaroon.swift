package import Primitives

/// The macaroon of the toy LND: version 2 bytes around an identifier that says what it allows, as lnd bakes them.
package struct ToyMacaroon: Sendable {
  /// The whole macaroon, as in the file `invoice.macaroon`.
  package let bytes: [UInt8]
  private let permissions: Set<String>

  /// - Parameters:
  ///   - permissions: What it allows, as `entity:action`.
  ///   - rootKey: The secret it is signed with.
  package init(permissions: [String], rootKey: Bytes32) {
    self.permissions = Set(permissions)
    let nonce = SHA256.hash(rootKey.bytes + [0x6e]).bytes.prefix(16)
    let identifier =
      [0x03] + Self.field(1, Array(nonce)) + Self.field(2, Array("0".utf8)) + Self.operations(permissions)
    let key = HMACSHA256.code(key: Array("macaroons-key-generator".utf8), rootKey.bytes)
    let signature = HMACSHA256.code(key: key, identifier)
    bytes =
      [0x02] + Self.packet(1, Array("lnd".utf8)) + Self.packet(2, identifier) + [0x00, 0x00] + Self.packet(6, signature)
  }

  /// Whether it allows something, as `entity:action`.
  package func allows(_ permission: String) -> Bool { permissions.contains(permission) }

  /// Protocol Buffers: one message for each entity with all its actions.
  private static func operations(_ permissions: [String]) -> [UInt8] {
    let pairs = permissions.map { $0.split(separator: ":", maxSplits: 1).map(String.init) }.filter { $0.count == 2 }
    return Set(pairs.map { $0[0] }).sorted().flatMap { entity in
      let actions = pairs.filter { $0[0] == entity }.map { $0[1] }.sorted()
      return field(3, field(1, Array(entity.utf8)) + actions.flatMap { field(2, Array($0.utf8)) })
    }
  }

  private static func field(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + variable(value.count) + value
  }

  private static func packet(_ type: UInt8, _ value: [UInt8]) -> [UInt8] { [type] + variable(value.count) + value }

  private static func variable(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = count
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
