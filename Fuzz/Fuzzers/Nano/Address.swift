import Nano
import Primitives

/// An address is refused, or written again as the same but for the older prefix.
func fuzzAddress(_ bytes: Span<UInt8>) {
  if let key = try? NanoAddress.decode(bytes) {
    let text = NanoAddress.ascii(key)
    expect(text.suffix(60) == bytes.copy.suffix(60), "two spellings of one account")
    expect(text.count == 65, "an address of \(text.count) characters")
  }
  // What fuzzing would not find by itself: the right check digits.
  guard bytes.count >= 32, let key = try? Bytes32(decoding: bytes.extracting(0..<32)) else { return }
  var text = NanoAddress.ascii(key)
  expect((try? NanoAddress.decode(text.span)) == key, "written and not read again")
  guard bytes.count >= 34 else { return }
  let place = 5 + Int(bytes[32]) % 60
  let other = bytes[33]
  guard text[place] != other else { return }
  text[place] = other
  expect((try? NanoAddress.decode(text.span)) == nil, "one character was changed and it is still an address")
}
