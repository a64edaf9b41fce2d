import Cryptography
import Primitives
import Testing

@Suite struct Ed25519Blake2bTests {
  private let privateKey = key(1)
  private let digest = key(2)

  private static func key(_ seed: UInt8) -> Bytes32 {
    Sodium.Blake2b.hash([seed, 0xC0].span)
  }

  // The key pair of the Nano development network's genesis account, printed in the node's source.
  @Test func derivesAPublishedKey() throws {
    let privateKey = try Hex.bytes32("34F0A37AAD20F4A260F0A5B3CB3D7FB50673212263E58A380BC10474BB039CE4")
    let publicKey = Ed25519Blake2b.publicKey(of: privateKey)
    #expect(publicKey.hex(uppercase: true) == "B0311EA55708D6A53C75CDBF88300259C6D018522FE3D4D0A242E431F9E8B6D0")
    #expect(Ed25519Blake2b.isValidKey(publicKey))
  }

  @Test(arguments: 0..<32 as Range<UInt8>)
  func verifiesWhatItSigned(_ seed: UInt8) throws {
    let privateKey = Self.key(seed)
    let publicKey = Ed25519Blake2b.publicKey(of: privateKey)
    let digest = Self.key(seed &+ 100)
    let signature = Ed25519Blake2b.sign(digest, privateKey: privateKey)
    #expect(Ed25519Blake2b.isValid(signature: signature, digest: digest, key: publicKey))
    #expect(Ed25519Blake2b.sign(digest, privateKey: privateKey) == signature)
    #expect(!Ed25519Blake2b.isValid(signature: signature, digest: Self.key(seed &+ 101), key: publicKey))
    #expect(!Ed25519Blake2b.isValid(signature: signature, digest: digest, key: Self.publicKey(seed &+ 1)))
    #expect(try Ed25519Signature(decoding: signature.bytes.span) == signature)
  }

  private static func publicKey(_ seed: UInt8) -> Bytes32 { Ed25519Blake2b.publicKey(of: key(seed)) }

  @Test func refusesEachFlippedBit() throws {
    let publicKey = Ed25519Blake2b.publicKey(of: privateKey)
    let good = Ed25519Blake2b.sign(digest, privateKey: privateKey).bytes
    for bit in 0..<512 {
      let signature = try Ed25519Signature(decoding: good.flipping(bit).span)
      #expect(!Ed25519Blake2b.isValid(signature: signature, digest: digest, key: publicKey), "bit \(bit)")
    }
    let signature = try Ed25519Signature(decoding: good.span)
    for bit in 0..<256 {
      let other = try Bytes32(decoding: digest.bytes.flipping(bit).span)
      #expect(!Ed25519Blake2b.isValid(signature: signature, digest: other, key: publicKey), "bit \(bit)")
      let key = try Bytes32(decoding: publicKey.bytes.flipping(bit).span)
      #expect(!Ed25519Blake2b.isValid(signature: signature, digest: digest, key: key), "bit \(bit)")
    }
  }

  /// The network reduces S modulo the group order, so it takes one second form of a signature, and no third.
  @Test(arguments: 0..<8 as Range<UInt8>)
  func takesTheSecondFormOnly(_ seed: UInt8) throws {
    let digest = Self.key(seed &+ 50)
    let good = Ed25519Blake2b.sign(digest, privateKey: privateKey)
    let publicKey = Ed25519Blake2b.publicKey(of: privateKey)
    let second = try good.s.bytes.addingGroupOrder()
    let third = try second.addingGroupOrder()
    let isValid = { (s: [UInt8]) in
      Ed25519Blake2b.isValid(
        signature: Ed25519Signature(r: good.r, s: try Bytes32(decoding: s.span)),
        digest: digest,
        key: publicKey
      )
    }
    #expect(try isValid(good.s.bytes))
    #expect(try isValid(second))
    #expect(try !isValid(third))
  }

  /// Keys for which anyone can find signatures: the points of small order in each of their spellings.
  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  ])
  func refusesForgeableKeys(_ key: String) throws {
    let key = try Hex.bytes32(key)
    #expect(!Ed25519Blake2b.isValidKey(key))
    // With S = 0 the equation is R = −kA, which holds for some R of small order.
    let candidates = [Bytes32.zero, key, try Hex.bytes32("01" + String(repeating: "0", count: 62))]
    for r in candidates {
      let forged = Ed25519Signature(r: r, s: .zero)
      #expect(!Ed25519Blake2b.isValid(signature: forged, digest: digest, key: key))
    }
  }

  @Test(arguments: [0, 1, 63, 65, 128])
  func signatureHas64Bytes(_ count: Int) {
    #expect(throws: Refusal.self) { try Ed25519Signature(decoding: [UInt8](repeating: 0, count: count).span) }
  }
}

extension [UInt8] {
  fileprivate func flipping(_ bit: Int) -> [UInt8] {
    var copy = self
    copy[bit / 8] ^= 1 << (bit % 8)
    return copy
  }

  /// This little-endian number plus L = 2²⁵² + 27742317777372353535851937790883648493.
  fileprivate func addingGroupOrder() throws -> [UInt8] {
    let order = try Hex.decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    return zip(self, order).map { a, b in
      let sum = Int(a) + Int(b) + carry
      carry = sum >> 8
      return UInt8(sum & 0xff)
    }
  }
}
