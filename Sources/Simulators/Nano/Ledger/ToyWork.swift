public import Nano
public import Primitives

/// Proofs of work, found by trying.
public enum ToyWork {
  /// A work for `root` that is worth at least `threshold`; zero where none is asked for.
  ///
  /// The live network's threshold for sends takes half a thousand million tries: minutes on one core. A toy network
  /// may ask for less. Always ends: it tries until it finds, and finds once in 2⁶⁴ ÷ (2⁶⁴ − threshold) tries.
  public static func found(root: Bytes32, threshold: UInt64) -> Work {
    guard threshold > 0 else { return Work(nonce: 0) }
    // Start where no other root starts, so that works look like works and not like small numbers.
    var nonce = root.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    while Work(nonce: nonce).value(root: root) < threshold { nonce &+= 1 }
    return Work(nonce: nonce)
  }
}

extension ToyWork {
  /// As `found(root:threshold:)`, without holding up the caller's thread.
  @concurrent
  static func foundAside(root: Bytes32, threshold: UInt64) async -> Work { found(root: root, threshold: threshold) }
}
