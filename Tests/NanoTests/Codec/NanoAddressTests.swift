import Cryptography
import Nano
import Primitives
import Testing

@Suite struct NanoAddressTests {
  private let text = NanoAddress.encode(Sample.account)

  @Test func bothPrefixesNameTheSameKey() throws {
    #expect(text.utf8.count == 65 && text.hasPrefix("nano_"))
    #expect(try NanoAddress.decode(text) == Sample.account)
    #expect(try NanoAddress.decode("xrb_" + text.dropFirst(5)) == Sample.account)
  }

  @Test(arguments: 0..<64)
  func roundTripsAnyKey(_ seed: Int) throws {
    let key = Sodium.Blake2b.hash([UInt8(seed)].span)
    #expect(try NanoAddress.decode(NanoAddress.encode(key)) == key)
  }

  @Test(arguments: 0..<65)
  func refusesATextCutShort(_ count: Int) {
    #expect(throws: Refusal.self) { try NanoAddress.decode(String(text.prefix(count))) }
  }

  @Test func refusesEveryOtherCharacterInEveryPlace() {
    for place in 0..<65 {
      for byte in UInt8.min...UInt8.max {
        var changed = text.wire
        guard changed[place] != byte else { continue }
        changed[place] = byte
        #expect(throws: Refusal.self, "\(byte) at \(place)") { try NanoAddress.decode(changed.span) }
      }
    }
  }

  @Test func saysWhatIsWrong() {
    let body = String(text.dropFirst(5))
    let refusal = { (text: String) in
      #expect(throws: Refusal.self) { try NanoAddress.decode(text) }
    }
    #expect(refusal("ban_" + body) == .badPrefix)
    #expect(refusal("nano-" + body) == .badPrefix)
    #expect(refusal("node_" + body) == .badPrefix)
    #expect(refusal("nano_" + body.dropLast()) == .short(needed: 60, had: 59))
    #expect(refusal("nano_" + body + "1") == .long(limit: 60, had: 61))
    #expect(refusal("nano_4" + body.dropFirst()) == .notCanonical)
    #expect(refusal("nano_" + body.dropLast() + (body.last == "1" ? "3" : "1")) == .badChecksum)
    #expect(refusal("nano_" + body.uppercased()) != nil)
  }

  @Test func refusesBytesThatAreNoText() {
    #expect(throws: Refusal.self) { try NanoAddress.decode([UInt8](repeating: 0xff, count: 65).span) }
    #expect(throws: Refusal.self) { try NanoAddress.decode([UInt8](repeating: 0, count: 65).span) }
  }
}
