import Coinslot
import Primitives

/// A place in an account's chain: the height and hash of its newest final block that needs no reading again.
struct NanoCursor: Hashable, Sendable {
  let height: UInt64
  /// Zero where the account has no block yet.
  let head: Bytes32

  static let unopened = NanoCursor(height: 0, head: .zero)

  init(height: UInt64, head: Bytes32) {
    self.height = height
    self.head = head
  }

  /// Reads `height:hash`; nil for any other text.
  init?(_ cursor: Cursor) {
    let parts = cursor.position.split(separator: ":")
    guard parts.count == 2, let height = UInt64(parts[0]), let head = try? Hex.bytes32(Array(parts[1].utf8).span) else {
      return nil
    }
    self.init(height: height, head: head)
  }

  var cursor: Cursor { Cursor(position: "\(height):\(head.hex(uppercase: true))") }
}
