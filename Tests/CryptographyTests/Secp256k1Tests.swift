import Cryptography
import Primitives
import Testing

@Suite struct Secp256k1Tests {
  private static func value(_ seed: UInt8) -> Bytes32 { Sodium.Blake2b.hash([seed, 0xC1].span) }

  /// The order of the curve, and its base point.
  private static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
  private static let base = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

  @Test func derivesPublishedKeys() throws {
    let one = try Hex.bytes32(String(repeating: "0", count: 63) + "1")
    #expect(try Secp256k1.publicKey(of: one).hex == Self.base)
    // The test node of BOLT 11.
    let node = try Hex.bytes32("e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734")
    #expect(
      try Secp256k1.publicKey(of: node).hex == "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad"
    )
  }

  @Test(arguments: [String(repeating: "0", count: 64), order, String(repeating: "f", count: 64)])
  func refusesNoSecret(_ hex: String) throws {
    let secret = try Hex.bytes32(hex)
    #expect(throws: Secp256k1Refusal.badSecret) { try Secp256k1.publicKey(of: secret) }
    #expect(throws: Secp256k1Refusal.badSecret) { try Secp256k1.sign(.zero, secret: secret) }
    #expect(throws: Secp256k1Refusal.badSecret) {
      try Secp256k1.signSchnorr(.zero, secret: secret, auxiliary: .zero)
    }
  }

  @Test(arguments: [
    "", "02", base + "00", "04" + base.dropFirst(2), "00" + base.dropFirst(2),
    "02" + String(repeating: "0", count: 64), "03" + String(repeating: "f", count: 64),
    "020000000000000000000000000000000000000000000000000000000000000005",
  ])
  func refusesNoKey(_ hex: String) throws {
    let bytes = try Hex.decode(hex)
    #expect(throws: Secp256k1Refusal.badKey) { try Secp256k1.PublicKey(decoding: bytes.span) }
  }

  @Test(arguments: 0..<16 as Range<UInt8>) func verifiesAndRecoversWhatItSigned(_ seed: UInt8) throws {
    let secret = Self.value(seed)
    let digest = Self.value(seed &+ 100)
    let key = try Secp256k1.publicKey(of: secret)
    let (signature, id) = try Secp256k1.sign(digest, secret: secret)
    #expect(signature.hasLowS)
    #expect(Secp256k1.isValid(signature, over: digest, by: key))
    #expect(try Secp256k1.recover(signature, id: id, over: digest) == key)
    let again = try Secp256k1.sign(digest, secret: secret)
    #expect(again.signature == signature && again.id == id)
    #expect(try Secp256k1.PublicKey(decoding: key.bytes.span) == key)

    #expect(!Secp256k1.isValid(signature, over: Self.value(seed &+ 101), by: key))
    let other = try Secp256k1.publicKey(of: Self.value(seed &+ 1))
    #expect(!Secp256k1.isValid(signature, over: digest, by: other))
    #expect(try Secp256k1.recover(signature, id: id ^ 1, over: digest) != key)
  }

  /// The other form of a signature: S negated, the last bit of the recovery id changed.
  @Test func tellsTheHighSFromTheLow() throws {
    let secret = Self.value(1)
    let digest = Self.value(2)
    let key = try Secp256k1.publicKey(of: secret)
    let (low, id) = try Secp256k1.sign(digest, secret: secret)
    let high = Secp256k1.Signature(r: low.r, s: try Self.negated(low.s))
    #expect(!high.hasLowS)
    #expect(!Secp256k1.isValid(high, over: digest, by: key))
    #expect(Secp256k1.isValid(high, over: digest, by: key, taking: .any))
    #expect(Secp256k1.isValid(low, over: digest, by: key, taking: .any))
    #expect(try Secp256k1.recover(high, id: id ^ 1, over: digest) == key)
  }

  @Test func refusesNoSignature() throws {
    let digest = Self.value(3)
    let order = try Hex.bytes32(Self.order)
    let good = try Secp256k1.sign(digest, secret: Self.value(4)).signature
    for bad in [Secp256k1.Signature(r: order, s: good.s), .init(r: good.r, s: order)] {
      #expect(throws: Secp256k1Refusal.badSignature) { try Secp256k1.recover(bad, id: 0, over: digest) }
      #expect(!Secp256k1.isValid(bad, over: digest, by: try Secp256k1.publicKey(of: Self.value(4))))
      #expect(!bad.hasLowS)
    }
    #expect(throws: Secp256k1Refusal.badSignature) { try Secp256k1.recover(good, id: 4, over: digest) }
    for bad in [Secp256k1.Signature(r: .zero, s: good.s), .init(r: good.r, s: .zero)] {
      #expect(throws: Secp256k1Refusal.notRecoverable) { try Secp256k1.recover(bad, id: 0, over: digest) }
    }
  }

  /// Vectors 0 and 1 of BIP-340.
  @Test(arguments: [
    (
      "0000000000000000000000000000000000000000000000000000000000000003",
      "F9308A019258C31049344F85F89D5229B531C845836F99B08601F113BCE036F9",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA8215"
        + "25F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0"
    ),
    (
      "B7E151628AED2A6ABF7158809CF4F3C762E7160F38B4DA56A784D9045190CFEF",
      "DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659",
      "0000000000000000000000000000000000000000000000000000000000000001",
      "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89",
      "6896BD60EEAE296DB48A229FF71DFE071BDE413E6D43F917DC8DCF8C78DE3341"
        + "8906D11AC976ABCCB20B091292BFF4EA897EFCB639EA871CFA95F6DE339E4B0A"
    ),
  ])
  func signsAsBIP340(_ secret: String, _ x: String, _ auxiliary: String, _ message: String, _ signed: String) throws {
    let (secret, x) = (try Hex.bytes32(secret), try Hex.bytes32(x))
    let message = try Hex.bytes32(message)
    let signature = try Secp256k1.signSchnorr(message, secret: secret, auxiliary: try Hex.bytes32(auxiliary))
    #expect(try signature == Hex.decode(signed))
    #expect(try Secp256k1.publicKey(of: secret).x == x)
    #expect(Secp256k1.isValidSchnorr(signature, over: message.bytes, by: x))
    #expect(!Secp256k1.isValidSchnorr(signature, over: message.bytes + [0], by: x))
    #expect(!Secp256k1.isValidSchnorr(signature.dropLast(), over: message.bytes, by: x))
    for bit in stride(from: 0, to: 512, by: 37) {
      var bad = signature
      bad[bit / 8] ^= 1 << (bit % 8)
      #expect(!Secp256k1.isValidSchnorr(bad, over: message.bytes, by: x), "bit \(bit)")
    }
    // Not the x coordinate of a point.
    let five = try Hex.bytes32(String(repeating: "0", count: 63) + "5")
    #expect(!Secp256k1.isValidSchnorr(signature, over: message.bytes, by: five))
  }

  @Test func servesManyThreads() async throws {
    let key = try Secp256k1.publicKey(of: Self.value(9))
    await withTaskGroup { group in
      for seed in 0..<8 as Range<UInt8> {
        group.addTask {
          let digest = Self.value(seed)
          guard let (signature, id) = try? Secp256k1.sign(digest, secret: Self.value(9)) else { return false }
          return (try? Secp256k1.recover(signature, id: id, over: digest)) == key
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  /// The order of the curve less `s`.
  private static func negated(_ s: Bytes32) throws -> Bytes32 {
    var borrow = 0
    var out: [UInt8] = []
    for (a, b) in zip(try Hex.decode(order).reversed(), s.bytes.reversed()) {
      let difference = Int(a) - Int(b) - borrow
      borrow = difference < 0 ? 1 : 0
      out.append(UInt8(truncatingIfNeeded: difference))
    }
    return try #require(Bytes32(Array(out.reversed())))
  }
}
