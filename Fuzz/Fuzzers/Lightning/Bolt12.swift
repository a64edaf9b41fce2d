import Lightning
import Primitives

/// An offer is refused, or is the same offer in upper case and cut in two.
func fuzzBolt12(_ bytes: Span<UInt8>) {
  if let text = bytes.text { check(text) }
  // What fuzzing would not find by itself: records as characters.
  let words = FiveBitWords.words(of: bytes)
  check("lno1" + String(decoding: words.map { Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)[Int($0)] }, as: UTF8.self))
}

private func check(_ text: String) {
  guard let offer = try? Bolt12Offer(text) else { return }
  expect((try? Bolt12Offer(text.uppercased())) == offer, "in upper case it is another offer")
  let plain = text.filter { !$0.isWhitespace && $0 != "+" }
  expect((try? Bolt12Offer(plain)) == offer, "without joints it is another offer")
  let half = plain.prefix(plain.count / 2) + "+ \n" + plain.dropFirst(plain.count / 2)
  expect((try? Bolt12Offer(String(half))) == offer, "cut in two it is another offer")
  expect(offer.issuerID != nil || offer.hasPaths, "from nobody")
  expect(offer.amount == nil || offer.description != nil, "an amount for nothing")
}
