import Coinslot
import Primitives

/// A place in the node's order of payments, with the payment that stands there: `8:ab12…`; `0` before the first.
///
/// A node whose data went back counts other payments with the same numbers: the hash tells.
struct LightningCursor: Hashable {
  let index: UInt64
  let hash: Bytes32?

  init(index: UInt64, hash: Bytes32?) {
    self.index = index
    self.hash = hash
  }

  /// Reads what `cursor` wrote; nil for any other text.
  init?(_ cursor: Cursor) {
    let parts = cursor.position.split(separator: ":", omittingEmptySubsequences: false)
    guard let index = UInt64(parts[0]), parts.count <= 2 else { return nil }
    self.index = index
    if parts.count == 1 {
      hash = nil
    } else {
      guard let hash = Bytes32(hex: String(parts[1])) else { return nil }
      self.hash = hash
    }
  }

  var cursor: Cursor { Cursor(position: "\(index)\(hash.map { ":\($0.hex)" } ?? "")") }
}
