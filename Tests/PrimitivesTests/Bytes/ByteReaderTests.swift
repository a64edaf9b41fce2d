import Primitives
import Testing

@Suite struct ByteReaderTests {
  let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  @Test func readsFieldsInBothOrders() throws {
    var reader = ByteReader()
    #expect(try reader.uint8(in: bytes.span) == 1)
    #expect(try reader.integer(UInt16.self, in: bytes.span) == 0x0203)
    #expect(try reader.integer(UInt16.self, in: bytes.span, littleEndian: true) == 0x0504)
    #expect(try reader.integer(UInt32.self, in: bytes.span) == 0x0607_0809)
    #expect(throws: Never.self) { try reader.finish(in: bytes.span) }
  }

  @Test func refusesToPassTheEnd() throws {
    var reader = ByteReader(at: 6)
    #expect(throws: Refusal.short(needed: 4, had: 3)) { try reader.integer(UInt32.self, in: bytes.span) }
    #expect(reader.offset == 6, "a refused field is not consumed")
    #expect(throws: Refusal.long(limit: 6, had: 9)) { try reader.finish(in: bytes.span) }
    #expect(throws: Refusal.short(needed: 32, had: 3)) { try reader.bytes32(in: bytes.span) }
    #expect(throws: Refusal.short(needed: Int.max, had: 3)) { try reader.take(Int.max, in: bytes.span) }
    #expect(throws: Refusal.badValue("a negative length")) { try reader.take(-1, in: bytes.span) }
    #expect(try reader.take(3, in: bytes.span) == 6..<9)
    #expect(throws: Refusal.short(needed: 1, had: 0)) { try reader.uint8(in: bytes.span) }
  }

  @Test func beyondTheEndThereIsNothing() {
    let reader = ByteReader(at: 100)
    #expect(reader.remaining(in: bytes.span) == 0)
  }

  @Test func readsBackWhatWasWritten() throws {
    var writer = ByteWriter(limit: 64)
    try writer.uint8(9)
    try writer.integer(UInt64(0x0102_0304_0506_0708))
    try writer.integer(UInt64(0x0102_0304_0506_0708), littleEndian: true)
    try writer.append(Bytes32.zero)
    try writer.append([7, 7].span)
    let written = writer.bytes
    #expect(written.count == 51)
    #expect(Array(written[1...8]) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(Array(written[9...16]) == [8, 7, 6, 5, 4, 3, 2, 1])
    var reader = ByteReader()
    #expect(try reader.uint8(in: written.span) == 9)
    #expect(try reader.integer(UInt64.self, in: written.span) == 0x0102_0304_0506_0708)
    #expect(try reader.integer(UInt64.self, in: written.span, littleEndian: true) == 0x0102_0304_0506_0708)
    #expect(try reader.bytes32(in: written.span) == .zero)
  }

  @Test func writesNoMoreThanItsLimit() throws {
    var writer = ByteWriter(limit: 3)
    try writer.integer(UInt16(1))
    #expect(throws: Refusal.long(limit: 3, had: 4)) { try writer.integer(UInt16(1)) }
    try writer.uint8(2)
    #expect(throws: Refusal.long(limit: 3, had: 4)) { try writer.uint8(3) }
    #expect(writer.bytes == [0, 1, 2])
  }
}
