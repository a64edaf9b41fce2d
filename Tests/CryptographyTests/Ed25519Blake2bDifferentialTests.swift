import Primitives
import Testing

@testable import Cryptography

/// Verification against the same made of libsodium's operations: 21,600 signatures, honest, wrong and devious.
@Suite struct Ed25519Blake2bDifferentialTests {
  static let casesOfAKind = 1_200

  /// What is done to a signature, and whether it is valid then.
  enum Kind: String, CaseIterable {
    // Valid
    case honest, madeByScalars, secondS, neutralR
    // Wrong
    case flippedDigest, flippedR, flippedS, flippedKey, otherKey, negated, swapped, noise
    // Devious
    case thirdS, zeroS, otherSpellingOfR, partOfSmallOrderInR, partOfSmallOrderInKey, keyOfSmallOrderOrSecondSpelling

    var isValid: Bool {
      switch self {
      case .honest, .madeByScalars, .secondS, .neutralR: true
      default: false
      }
    }
  }

  /// Somebody who knows a secret scalar, and does with it as they like.
  struct Owner {
    let a: Bytes32
    let key: Bytes32

    init(_ draw: inout Drawn) throws {
      a = SodiumCurve.reduce(draw.bytes32(), draw.bytes32())
      key = try #require(SodiumCurve.base(times: a))
    }

    /// The S that goes with R = rB + anything, under this key or one that was made of it.
    func s(nonce: Bytes32, r: Bytes32, key: Bytes32, digest: Bytes32) -> Bytes32 {
      let k = Ed25519Blake2bReference.challenge(r: r, key: key, digest: digest)
      return SodiumCurve.addScalars(nonce, SodiumCurve.multiplyScalars(k, a))
    }
  }

  struct Case {
    var r, s, digest, key: Bytes32
  }

  @Test(arguments: Kind.allCases)
  func agreesWithTheLibrary(_ kind: Kind) throws {
    var draw = Drawn(seed: kind.rawValue.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    let owners = try (0..<16).map { _ in try Owner(&draw) }
    var disagreements = 0
    for _ in 0..<Self.casesOfAKind {
      let one = try Self.make(kind, by: owners[draw.below(16)], &draw)
      let signature = Ed25519Signature(r: one.r, s: one.s)
      let ours = Ed25519Blake2b.isValid(signature: signature, digest: one.digest, key: one.key)
      let theirs = Ed25519Blake2bReference.isValid(signature, digest: one.digest, key: one.key)
      guard ours != theirs || ours != kind.isValid else { continue }
      disagreements += 1
      Issue.record("\(kind) \(one.key.hex()) \(one.digest.hex()) \(one.r.hex()) \(one.s.hex()): \(ours), \(theirs)")
      if disagreements > 3 { return }
    }
  }

  private static func make(_ kind: Kind, by owner: Owner, _ draw: inout Drawn) throws -> Case {
    let digest = draw.bytes32()
    let nonce = SodiumCurve.reduce(draw.bytes32(), draw.bytes32())
    let r = try #require(SodiumCurve.base(times: nonce))
    var one = Case(
      r: r,
      s: owner.s(nonce: nonce, r: r, key: owner.key, digest: digest),
      digest: digest,
      key: owner.key
    )
    switch kind {
    case .honest:
      let privateKey = draw.bytes32()
      let signature = Ed25519Blake2b.sign(digest, privateKey: privateKey)
      one = Case(r: signature.r, s: signature.s, digest: digest, key: Ed25519Blake2b.publicKey(of: privateKey))
    case .madeByScalars: break
    case .secondS: one.s = one.s.adding(.groupOrder)
    case .neutralR:
      one.r = SodiumCurve.neutral
      one.s = owner.s(nonce: .zero, r: one.r, key: owner.key, digest: digest)
    case .flippedDigest: one.digest = digest.flipping(draw.below(256))
    case .flippedR: one.r = r.flipping(draw.below(256))
    case .flippedS: one.s = one.s.flipping(draw.below(256))
    case .flippedKey: one.key = owner.key.flipping(draw.below(256))
    case .otherKey: one.key = try Owner(&draw).key
    case .negated:
      switch draw.below(3) {
      case 0: one.r = r.flipping(255)
      case 1: one.s = SodiumCurve.negateScalar(one.s)
      default: one.key = owner.key.flipping(255)
      }
    case .swapped: (one.r, one.s) = (one.s, r)
    case .noise: one = Case(r: draw.bytes32(), s: draw.bytes32(), digest: digest, key: draw.bytes32())
    case .thirdS: one.s = one.s.adding(.groupOrder).adding(.groupOrder)
    case .zeroS:
      one.s = draw.below(2) == 0 ? .zero : .groupOrder
      if draw.below(2) == 0 { one.r = SodiumCurve.smallOrder[draw.below(8)] }
    case .otherSpellingOfR:
      // The neutral point and the one of order 2, with a sign where there is none, and with p added to y.
      one.r = try Hex.bytes32(otherSpellings[draw.below(otherSpellings.count)])
      one.s = owner.s(nonce: .zero, r: one.r, key: owner.key, digest: digest)
    case .partOfSmallOrderInR:
      // Valid for whoever multiplies the cofactor in.
      let small = SodiumCurve.smallOrder[1 + draw.below(7)]
      one.r = draw.below(4) == 0 ? small : try #require(SodiumCurve.add(r, small))
      one.s = owner.s(nonce: one.r == small ? .zero : nonce, r: one.r, key: owner.key, digest: digest)
    case .partOfSmallOrderInKey:
      // Valid on the network where k is a multiple of the part's order. The point of order 2 has a test of its own.
      one.key = try #require(SodiumCurve.add(owner.key, SodiumCurve.smallOrder[2 + draw.below(6)]))
      one.s = owner.s(nonce: nonce, r: r, key: one.key, digest: digest)
    case .keyOfSmallOrderOrSecondSpelling:
      // Valid on the network for one in as many as its order.
      let small = SodiumCurve.smallOrder[draw.below(8)]
      one.key = draw.below(2) == 0 ? small : try Hex.bytes32(otherSpellings[draw.below(otherSpellings.count)])
      one.r = try #require(SodiumCurve.add(r, SodiumCurve.smallOrder[draw.below(8)]))
      one.s = nonce
    }
    return one
  }

  /// Second spellings of points: y from p on, or x = 0 with a sign.
  private static let otherSpellings = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ]

  /// A key with a part of order 2 signs for itself whenever k is even; libsodium before CVE-2025-69277 was closed took
  /// such keys for good ones, so there is nothing to compare with.
  @Test func refusesKeysWithAPartOfOrderTwo() throws {
    var draw = Drawn(seed: 8)
    for _ in 0..<200 {
      let owner = try Owner(&draw)
      let digest = draw.bytes32()
      let key = try #require(SodiumCurve.add(owner.key, SodiumCurve.smallOrder[1]))
      let nonce = SodiumCurve.reduce(draw.bytes32(), draw.bytes32())
      let r = try #require(SodiumCurve.base(times: nonce))
      let signature = Ed25519Signature(r: r, s: owner.s(nonce: nonce, r: r, key: key, digest: digest))
      #expect(!Ed25519Blake2b.isValid(signature: signature, digest: digest, key: key))
      #expect(!Ed25519Blake2b.isValidKey(key))
      #expect(Ed25519Blake2b.isValidKey(owner.key))
    }
  }
}
