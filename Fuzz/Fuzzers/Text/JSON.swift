import Primitives

/// Tokenizer and value agree on what is JSON; what was read is written and read again as the same.
func fuzzJSON(_ bytes: Span<UInt8>) {
  let maxDepth = bytes.count % 33
  let tokens = Result { () throws(JSONRefusal) in try tokenCount(bytes, maxDepth: maxDepth) }
  let value = Result { () throws(JSONRefusal) in try JSONValue(parsing: bytes, maxDepth: maxDepth) }
  switch (tokens, value) {
  case (.success, .success(let value)): written(value)
  case (.success, .failure(let refusal)):
    expect(refusal.reason == .duplicateKey, "only the value refuses: \(refusal)")
  case (.failure(let a), .failure(let b)):
    expect(a == b || b.reason == .duplicateKey && b.offset <= a.offset, "refused differently: \(a), \(b)")
    expect((0...bytes.count).contains(a.offset), "refused outside the text: \(a)")
  case (.failure(let refusal), .success): broken("only the tokenizer refuses: \(refusal)")
  }
  let skipped = Result { () throws(JSONRefusal) in try skipAll(bytes, maxDepth: maxDepth) }
  switch (tokens, skipped) {
  case (.success, .success): break
  case (.failure(let a), .failure(let b)): expect(a == b, "skipped differently: \(a), \(b)")
  default: broken("reading and skipping disagree: \(tokens), \(skipped)")
  }
}

private func tokenCount(_ bytes: Span<UInt8>, maxDepth: Int) throws(JSONRefusal) -> Int {
  var tokens = JSONTokenizer(maxDepth: maxDepth)
  var count = 0
  while true {
    let before = tokens.offset
    let token = try tokens.next(in: bytes)
    expect(tokens.depth <= maxDepth, "deeper than allowed")
    expect(tokens.offset <= bytes.count, "beyond the end")
    switch token {
    case .end: return count
    case .key(let text), .string(let text):
      expect(text.range.lowerBound > before - 1 && text.range.upperBound < bytes.count, "a text outside")
      let decoded = text.decoded(in: bytes)
      expect(String(validating: decoded, as: UTF8.self) != nil, "a text that is no UTF-8")
      expect(decoded.count <= text.range.count, "a text longer than its spelling")
      expect(text.equals("address", in: bytes) == (decoded == Array("address".utf8)), "equals disagrees with decoded")
    case .number(let number): numberHolds(number, bytes)
    default: break
    }
    expect(tokens.offset > before, "no progress")
    count += 1
  }
}

private func numberHolds(_ number: JSONNumber, _ bytes: Span<UInt8>) {
  let text = number.text(in: bytes)
  let isPlain = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  expect(number.uint64(in: bytes) == (isPlain ? UInt64(text) : nil), "uint64 of \(text)")
  expect(number.uint128(in: bytes) == (isPlain ? UInt128(text) : nil), "uint128 of \(text)")
  let isWhole = isPlain || text.utf8.first == 0x2d && text.utf8.dropFirst().allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  expect(number.int64(in: bytes) == (isWhole && text != "-0" ? Int64(text) : nil), "int64 of \(text)")
}

private func skipAll(_ bytes: Span<UInt8>, maxDepth: Int) throws(JSONRefusal) {
  var tokens = JSONTokenizer(maxDepth: maxDepth)
  try tokens.skipValue(in: bytes)
  _ = try tokens.next(in: bytes)
}

private func written(_ value: JSONValue) {
  for style in [JSONWriter.Style.compact, .spaced, .pretty] {
    let text = value.bytes(style: style)
    guard let again = try? JSONValue(parsing: text, maxDepth: 64) else { broken("what was written is not JSON") }
    expect(again == value, "written and read again it is another value")
    expect(again.bytes(style: style) == text, "written again it is another text")
  }
}
