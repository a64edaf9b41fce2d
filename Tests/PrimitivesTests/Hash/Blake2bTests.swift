import Primitives
import Testing

@Suite struct Blake2bTests {
  /// RFC 7693 appendix A.
  @Test func hashesAbc() {
    #expect(
      Hex.encode(Blake2b.digest(of: "abc".utf8, length: 64))
        == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    )
  }

  /// RFC 7693 appendix E: one digest over digests of all interesting lengths, with and without keys.
  @Test func passesTheSelfTestOfTheRFC() {
    var all = Blake2b(digestLength: 32)
    for digestLength in [20, 32, 48, 64] {
      for inputLength in [0, 3, 128, 129, 255, 1024] {
        let input = sequence(inputLength, seed: UInt32(inputLength))
        all.update(Blake2b.digest(of: input, length: digestLength))
        let key = sequence(digestLength, seed: UInt32(digestLength))
        var keyed = Blake2b(digestLength: digestLength, key: key.span)
        keyed.update(input)
        all.update(keyed.finish())
      }
    }
    #expect(all.finish32().hex() == "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475")
  }

  /// Published keyed vectors of the BLAKE2 authors: the first of a 64-byte key 00…3f over nothing.
  @Test func hashesWithAKey() {
    let key = (0..<64).map { UInt8($0) }
    let hash = Blake2b(digestLength: 64, key: key.span)
    #expect(
      Hex.encode(hash.finish())
        == "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
        + "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568"
    )
  }

  @Test func piecesDoNotMatter() {
    let bytes = sequence(600, seed: 1)
    let whole = Blake2b.hash32(bytes.span)
    #expect(Blake2b.digest(of: bytes, length: 32) == whole.bytes)
    for cut in [0, 1, 127, 128, 129, 255, 256, 257, 599, 600] {
      var hash = Blake2b(digestLength: 32)
      hash.update(Array(bytes[..<cut]).span)
      hash.update(bytes[cut...])
      #expect(hash.finish32() == whole)
    }
  }

  @Test func shorterIsNotAPrefix() {
    let long = Blake2b.digest(of: "abc".utf8, length: 64)
    #expect(Blake2b.digest(of: "abc".utf8, length: 32) != Array(long.prefix(32)))
    #expect((1...64).allSatisfy { Blake2b.digest(of: "abc".utf8, length: $0).count == $0 })
  }

  /// The deterministic sequence of RFC 7693 appendix E.
  private func sequence(_ count: Int, seed: UInt32) -> [UInt8] {
    var a = 0xDEAD_4BAD &* seed
    var b: UInt32 = 1
    return (0..<count).map { _ in
      let t = a &+ b
      a = b
      b = t
      return UInt8(truncatingIfNeeded: t >> 24)
    }
  }
}
