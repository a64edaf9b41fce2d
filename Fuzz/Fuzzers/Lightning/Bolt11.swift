import Lightning
import Primitives

/// An invoice is refused, or read again as the same from what was written of it, in either case.
func fuzzBolt11(_ bytes: Span<UInt8>) {
  check(bytes.copy)
  // What fuzzing would not find by itself: the right checksum, and a recovery id that is one.
  var cursor = InputCursor()
  let prefixes = ["lnbc", "lntb", "lntbs", "lnbcrt", "lnbc210n", "lnbc9678785340p", "lnbcrt1", "lnbc1x", "lnxy"]
  let prefix = prefixes[cursor.byte(bytes) % prefixes.count]
  var words = cursor.rest(bytes).map { $0 & 31 }
  if words.count >= 2 {
    words[words.count - 2] &= 0x18
    words[words.count - 1] &= 3
  }
  check(Bech32.encode(.init(prefix: Array(prefix.utf8), words: words)))
  if let padded = try? FiveBitWords.bytes(of: words.span) {
    expect(FiveBitWords.words(of: padded.span) == words, "words, bytes and back")
  }
}

private func check(_ text: [UInt8]) {
  guard let invoice = try? Bolt11Invoice(decoding: text.span) else { return }
  expect((try? Bolt11Invoice(invoice.text)) == invoice, "read again it is another invoice")
  expect((try? Bolt11Invoice(invoice.text.uppercased())) == invoice, "in upper case it is another invoice")
  expect(invoice.text.utf8.elementsEqual(text.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }), "two spellings")
  expect(invoice.msat != 0, "asks for nothing")
  expect(invoice.features.unknownEven == nil, "a feature that must be understood and is not")
  expect(invoice.expiresAtS >= invoice.timestampS, "expired before it was made")
}
