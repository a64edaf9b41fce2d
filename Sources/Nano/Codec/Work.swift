public import Primitives

/// The proof of work of a block: eight bytes whose hash with the block's root is a large number.
public struct Work: Hashable, Sendable {
  /// The bytes as a node prints them, 16 hexadecimal digits.
  public let nonce: UInt64

  /// A work by its number.
  public init(nonce: UInt64) { self.nonce = nonce }

  /// How hard it was to find for this root: the block's `previous`, or the account's key for an opening block.
  public func value(root: Bytes32) -> UInt64 {
    var input = HashInput()
    input.append(littleEndian: nonce)
    input.append(root)
    return input.shortDigest(length: 8)
  }

  /// Whether the network would take it for this root.
  public func meets(_ threshold: Threshold, root: Bytes32) -> Bool { value(root: root) >= threshold.rawValue }

  /// The least value the live network asks for.
  public enum Threshold: UInt64, Sendable, CaseIterable {
    /// Any block before epoch 2 (2020).
    case epoch1 = 0xffff_ffc0_0000_0000
    /// A send or change since epoch 2.
    case epoch2Send = 0xffff_fff8_0000_0000
    /// A receive or opening block since epoch 2.
    case epoch2Receive = 0xffff_fe00_0000_0000
  }
}

extension Work {
  /// Sixteen lower-case hexadecimal digits, as a node prints them.
  public var hex: String { String(decoding: ascii, as: UTF8.self) }

  var ascii: [UInt8] {
    var digits: [UInt8] = []
    digits.reserveCapacity(16)
    for i in 0..<8 { Hex.append(UInt8(truncatingIfNeeded: nonce >> UInt64(56 - 8 * i)), to: &digits) }
    return digits
  }
}
