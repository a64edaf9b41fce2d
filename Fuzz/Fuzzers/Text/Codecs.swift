import Primitives

@testable import Nano

private let nanoBase32 = Base32(alphabet: NanoAddress.alphabet)

/// Hexadecimal, base 32, decimal digits, percent signs and UTF-8: one spelling a value, and all readers agree.
func fuzzCodecs(_ bytes: Span<UInt8>) {
  if let decoded = try? Hex.decode(bytes) {
    expect(Hex.digits(decoded) == bytes.copy.map { $0 >= 0x41 && $0 <= 0x46 ? $0 | 0x20 : $0 }, "hex")
    expect((try? Hex.bytes32(bytes))?.bytes == (decoded.count == 32 ? decoded : nil), "hex of 32 bytes")
  } else {
    expect((try? Hex.bytes32(bytes)) == nil, "hex of 32 bytes that is no hex")
  }
  base32(bytes)
  digits(bytes)
  let text = bytes.text
  expect(UTF8Form.isValid(bytes) == (text != nil), "UTF-8")
  let repaired = UTF8Form.repaired(bytes)
  expect(UTF8Form.isValid(repaired.span), "repaired, but no UTF-8")
  expect(text == nil || repaired == bytes.copy, "repaired without need")
  if let text {
    expect(PercentText.decode(PercentText.encode(text)[...]) == text, "percent signs")
    if let decoded = PercentText.decode(text[...]) {
      expect(PercentText.decode(PercentText.encode(decoded)[...]) == decoded, "percent signs, decoded")
    }
  }
}

private func base32(_ bytes: Span<UInt8>) {
  for count in [bytes.count * 5 / 8, 32] {
    guard let decoded = try? nanoBase32.decode(bytes, byteCount: count) else { continue }
    expect(decoded.count == count, "base 32 of another length")
    let again: [UInt8] = nanoBase32.encode(decoded.span)
    expect(again == bytes.copy, "base 32")
  }
  let slowly = try? nanoBase32.decode(bytes, byteCount: 32)
  expect((try? nanoBase32.bytes32(bytes))?.bytes == slowly, "base 32 of 32 bytes")
  let encoded: [UInt8] = nanoBase32.encode(bytes)
  expect((try? nanoBase32.decode(encoded.span, byteCount: bytes.count)) == bytes.copy, "base 32 of any bytes")
}

private func digits(_ bytes: Span<UInt8>) {
  var out: [UInt8] = []
  if let value = DecimalDigits.uint64(bytes) {
    DecimalDigits.append(value, to: &out)
    expect(out == bytes.copy, "digits of 64 bits")
    expect(DecimalDigits.uint128(bytes) == UInt128(value), "digits of 64 and 128 bits")
  }
  out = []
  if let value = DecimalDigits.uint128(bytes) {
    DecimalDigits.append(value, to: &out)
    expect(out == bytes.copy, "digits of 128 bits")
  }
}
