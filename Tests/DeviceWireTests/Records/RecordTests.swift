import DeviceWire
import Primitives
import Testing

@Suite struct RecordTests {
  let record = ChannelRecord(
    channel: 3,
    sequence: 0x0102_0304,
    number: 42,
    id: ChannelRecord.digest(of: "dsp_1"),
    state: .armed,
    leftMS: 570_000
  )

  @Test func hasItsLayout() throws {
    let bytes = record.encoded()
    #expect(bytes.count == ChannelRecord.size)
    let head = Hex.encode(bytes.prefix(28))
    let id = Hex.encode(SHA256.digest(of: "dsp_1".utf8).prefix(8))
    #expect(head == "01430302" + "01020304" + "000000000000002a" + id + "0008b290")
    var sum = ByteReader(at: 28)
    let head28 = Array(bytes.prefix(28))
    #expect(try sum.integer(UInt32.self, in: bytes.span) == CRC32.checksum(head28.span))
    #expect(try ChannelRecord(decoding: bytes.span) == record)
    #expect(record.place == .channel(3, slot: 0))
  }

  @Test func bootHasItsLayout() throws {
    let bytes = BootRecord(boot: 119).encoded()
    #expect(bytes.count == BootRecord.size)
    #expect(Hex.encode(bytes.prefix(12)) == "01420000" + "0000000000000077")
    #expect(try BootRecord(decoding: bytes.span).boot == 119)
    #expect(BootRecord(boot: 119).place == .boot(slot: 1))
  }

  @Test func eachBitIsGuarded() {
    for bytes in [record.encoded(), BootRecord(boot: 7).encoded()] {
      for bit in 0..<8 * bytes.count {
        var rotten = bytes
        rotten[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: Refusal.badChecksum) { try ChannelRecord(decoding: resized(rotten, 32).span) }
        #expect(throws: Refusal.badChecksum) { try BootRecord(decoding: resized(rotten, 16).span) }
      }
    }
  }

  private func resized(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    Array((bytes + [UInt8](repeating: 0, count: 32)).prefix(count))
  }

  @Test(arguments: [UInt8(0), 0xff])
  func anErasedPlaceIsNoRecord(_ byte: UInt8) {
    let erased = [UInt8](repeating: byte, count: 32)
    #expect(ChannelRecord.newest(of: 0, erased, erased) == nil)
    #expect(BootRecord.newest(Array(erased.prefix(16)), nil) == nil)
  }

  @Test func otherSizesKindsVersionsAndStatesAreRefused() {
    let bytes = record.encoded()
    for count in [0, 16, 31] {
      let cut = Array(bytes.prefix(count))
      #expect(throws: Refusal.short(needed: 32, had: count)) { try ChannelRecord(decoding: cut.span) }
    }
    let longer = bytes + [0]
    #expect(throws: Refusal.long(limit: 32, had: 33)) { try ChannelRecord(decoding: longer.span) }
    func resealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var head = Array(bytes.prefix(28))
      change(&head)
      let sum = CRC32.checksum(head.span)
      return head + (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * $0)) }
    }
    let version = resealed { $0[0] = 2 }
    let kind = resealed { $0[1] = 0x42 }
    let state = resealed { $0[3] = 9 }
    let none = resealed { $0[3] = 0 }
    #expect(throws: Refusal.badPrefix) { try ChannelRecord(decoding: version.span) }
    #expect(throws: Refusal.badPrefix) { try ChannelRecord(decoding: kind.span) }
    #expect(throws: Refusal.badValue("no such state")) { try ChannelRecord(decoding: state.span) }
    #expect(throws: Refusal.badValue("no such state")) { try ChannelRecord(decoding: none.span) }
    #expect(throws: Never.self) { try ChannelRecord(decoding: resealed { $0[3] = 8 }.span) }
  }

  @Test func aBootNumberHasItsBound() throws {
    let most = BootRecord(boot: Wire.greatest).encoded()
    #expect(try BootRecord(decoding: most.span).boot == Wire.greatest)
    let over = BootRecord(boot: Wire.greatest + 1).encoded()
    #expect(throws: Refusal.badValue("a boot number above 2⁵³ − 1")) { try BootRecord(decoding: over.span) }
  }

  private func numbered(_ sequence: UInt32) -> [UInt8] {
    ChannelRecord(channel: 0, sequence: sequence, number: 1, id: 2, state: .running, leftMS: 3).encoded()
  }

  @Test func theNewerOfTwoCounts() {
    #expect(ChannelRecord.newest(of: 0, numbered(8), numbered(7))?.sequence == 8)
    #expect(ChannelRecord.newest(of: 0, numbered(8), numbered(9))?.sequence == 9)
    #expect(ChannelRecord.newest(of: 0, numbered(0), numbered(.max))?.sequence == 0, "the count may turn over")
    #expect(ChannelRecord.newest(of: 0, numbered(8), nil)?.sequence == 8)
    #expect(ChannelRecord.newest(of: 0, nil, numbered(7))?.sequence == 7)
    #expect(ChannelRecord.newest(of: 0, Array(numbered(8).dropLast()), numbered(7))?.sequence == 7, "a torn write")
    #expect(ChannelRecord.newest(of: 1, numbered(8), numbered(7)) == nil, "another output's")
    #expect(BootRecord.newest(BootRecord(boot: 4).encoded(), BootRecord(boot: 5).encoded())?.boot == 5)
    #expect(BootRecord.newest(BootRecord(boot: 6).encoded(), BootRecord(boot: 5).encoded())?.boot == 6)
    #expect(BootRecord.newest(nil, nil) == nil)
  }
}
