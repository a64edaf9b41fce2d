import Primitives
import Testing

@Suite struct JSONTextTests {
  private func first(_ json: String) throws -> (JSONText, [UInt8]) {
    let bytes = Array(json.utf8)
    var tokenizer = JSONTokenizer()
    guard case .string(let text) = try tokenizer.next(in: bytes.span) else { throw JSONRefusal(.unexpectedByte, at: 0) }
    return (text, bytes)
  }

  @Test func comparesWithoutAndWithEscapes() throws {
    let (plain, plainBytes) = try first(#""run""#)
    #expect(plain.equals("run", in: plainBytes.span) == true)
    #expect(!plain.hasEscapes)
    for other in ["ru", "runs", "Run", "", "rum"] as [StaticString] {
      #expect(plain.equals(other, in: plainBytes.span) == false)
    }
    let (escaped, escapedBytes) = try first(#""r\u0075n""#)
    #expect(escaped.equals("run", in: escapedBytes.span) == true)
    #expect(escaped.hasEscapes)
    for other in ["ru", "runs", "r\\u0075n", "", "rum"] as [StaticString] {
      #expect(escaped.equals(other, in: escapedBytes.span) == false)
    }
  }

  @Test func appendsToWhatIsThere() throws {
    let (text, bytes) = try first(#""a\tb""#)
    var out: [UInt8] = [1]
    text.decode(in: bytes.span, into: &out)
    #expect(out == [1, 0x61, 0x09, 0x62])
    #expect(text.decoded(in: bytes.span) == [0x61, 0x09, 0x62])
  }

  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("-0", nil), ("1.0", nil), ("1e2", nil),
      ("99999999999999999999", nil),
    ] as [(String, Int64?)]
  )
  func readsWholeNumbers(_ text: String, _ value: Int64?) throws {
    let bytes = Array(text.utf8)
    var tokenizer = JSONTokenizer()
    guard case .number(let number) = try tokenizer.next(in: bytes.span) else { Issue.record("no number"); return }
    #expect(number.int64(in: bytes.span) == value)
    let natural = value.flatMap { UInt64(exactly: $0) }
    if text.utf8.first == 0x2d || value != nil { #expect(number.uint64(in: bytes.span) == natural) }
  }
}
