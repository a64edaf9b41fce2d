import Primitives
import Testing

@Suite struct CRC32Tests {
  /// The check value that every catalogue of checksums gives, and two by the definition.
  @Test func knowsItsCheckValue() {
    #expect(CRC32.checksum(Array("123456789".utf8).span) == 0xcbf4_3926)
    let nothing: [UInt8] = []
    #expect(CRC32.checksum(nothing.span) == 0)
    let zero: [UInt8] = [0]
    #expect(CRC32.checksum(zero.span) == 0xd202_ef8d)
  }

  @Test func noticesEachBit() {
    let record = (0..<40).map { UInt8($0) }
    let sum = CRC32.checksum(record.span)
    for bit in 0..<320 {
      var other = record
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(CRC32.checksum(other.span) != sum)
    }
  }
}
