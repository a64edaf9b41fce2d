import Primitives
import Testing

@Suite struct Bytes32Tests {
  let counting = (0..<32).map { UInt8($0) }

  @Test func keepsItsBytes() throws {
    let value = try Bytes32(decoding: counting.span)
    #expect(value.bytes == counting)
    #expect((0..<32).map { value[$0] } == counting)
    #expect(Bytes32(counting) == value)
    #expect(value.hex() == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
  }

  @Test(arguments: [0, 1, 31, 33, 64])
  func refusesAnotherCount(_ count: Int) {
    let bytes = [UInt8](repeating: 7, count: count)
    #expect(Bytes32(bytes) == nil)
    let refusal: Refusal = count < 32 ? .short(needed: 32, had: count) : .long(limit: 32, had: count)
    #expect(throws: refusal) { try Bytes32(decoding: bytes.span) }
  }

  @Test(arguments: 0..<32)
  func differsInEachByte(_ index: Int) {
    var other = counting
    other[index] ^= 0x80
    #expect(Bytes32(other) != Bytes32(counting))
    #expect(Bytes32(other)?.hashValue != Bytes32(counting)?.hashValue)
  }

  @Test func isOrderedAsItsBytesAre() throws {
    var texts: [[UInt8]] = [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 255, count: 32), counting]
    for i in 0..<32 {
      var one = [UInt8](repeating: 0, count: 32)
      one[i] = 128
      texts.append(one)
    }
    let values = texts.compactMap { Bytes32($0) }
    #expect(values.sorted().map(\.bytes) == texts.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func knowsZero() {
    #expect(Bytes32.zero.isZero)
    #expect(Bytes32.zero.bytes == [UInt8](repeating: 0, count: 32))
    #expect(Bytes32(counting)?.isZero == false)
  }
}
