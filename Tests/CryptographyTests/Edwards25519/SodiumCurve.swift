import CSodium
import Primitives

@testable import Cryptography

/// The curve as libsodium computes on it, to compare with.
enum SodiumCurve {
  /// The encodings of the points of small order: of order 1, 2, 4, 4, and four of order 8.
  static let smallOrder = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  ].compactMap { try? Hex.bytes32($0) }

  static let neutral = smallOrder[0]

  /// nB; nil where the library refuses, which is where nothing or the neutral point comes out.
  static func base(times n: Bytes32) -> Bytes32? {
    call { crypto_scalarmult_ed25519_base_noclamp($0, n.bytes) }
  }

  /// nP, for P of prime order.
  static func multiply(_ point: Bytes32, by n: Bytes32) -> Bytes32? {
    call { crypto_scalarmult_ed25519_noclamp($0, n.bytes, point.bytes) }
  }

  static func add(_ a: Bytes32, _ b: Bytes32) -> Bytes32? { call { crypto_core_ed25519_add($0, a.bytes, b.bytes) } }

  static func subtract(_ a: Bytes32, _ b: Bytes32) -> Bytes32? {
    call { crypto_core_ed25519_sub($0, a.bytes, b.bytes) }
  }

  /// A point of prime order.
  static func point(from bytes: Bytes32) -> Bytes32? { call { crypto_core_ed25519_from_uniform($0, bytes.bytes) } }

  static func isValid(_ point: Bytes32) -> Bool { crypto_core_ed25519_is_valid_point(point.bytes) == 1 }

  // Scalars modulo the group order

  static func reduce(_ low: Bytes32, _ high: Bytes32 = .zero) -> Bytes32 {
    scalar { crypto_core_ed25519_scalar_reduce($0, low.bytes + high.bytes) }
  }

  static func addScalars(_ a: Bytes32, _ b: Bytes32) -> Bytes32 {
    scalar { crypto_core_ed25519_scalar_add($0, a.bytes, b.bytes) }
  }

  static func multiplyScalars(_ a: Bytes32, _ b: Bytes32) -> Bytes32 {
    scalar { crypto_core_ed25519_scalar_mul($0, a.bytes, b.bytes) }
  }

  static func negateScalar(_ a: Bytes32) -> Bytes32 { scalar { crypto_core_ed25519_scalar_negate($0, a.bytes) } }

  private static func call(_ body: (UnsafeMutablePointer<UInt8>) -> Int32) -> Bytes32? {
    StackBytes.with(32) { body($0.at(0)) == 0 ? $0.bytes32(at: 0) : nil }
  }

  private static func scalar(_ body: (UnsafeMutablePointer<UInt8>) -> Void) -> Bytes32 {
    StackBytes.with(32) { place in
      body(place.at(0))
      return place.bytes32(at: 0)
    }
  }
}

extension Bytes32 {
  /// The order of the group, L = 2²⁵² + 27742317777372353535851937790883648493, little endian.
  static var groupOrder: Bytes32 {
    Bytes32(littleEndianWords: (0x5812_631A_5CF5_D3ED, 0x14DE_F9DE_A2F7_9CD6, 0, 0x1000_0000_0000_0000))
  }

  /// The sum of two little-endian numbers modulo 2²⁵⁶.
  func adding(_ other: Bytes32) -> Bytes32 {
    let (a, b) = (littleEndianWords, other.littleEndianWords)
    let (low, carry) = UInt128(_low: a.0, _high: a.1).addingReportingOverflow(UInt128(_low: b.0, _high: b.1))
    let high = UInt128(_low: a.2, _high: a.3) &+ UInt128(_low: b.2, _high: b.3) &+ (carry ? 1 : 0)
    return Bytes32(littleEndianWords: (low._low, low._high, high._low, high._high))
  }

  func flipping(_ bit: Int) -> Bytes32 {
    var copy = bytes
    copy[bit / 8] ^= 1 << (bit % 8)
    return Bytes32(copy) ?? .zero
  }
}
