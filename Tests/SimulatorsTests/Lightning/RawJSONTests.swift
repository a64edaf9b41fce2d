import Primitives
import Testing

@testable import Simulators

/// The lenient reader of lightningd: what it takes, what it waits for, what it never takes.
@Suite struct RawJSONTests {
  private func read(_ text: String) -> (values: [String], rest: String)? {
    let bytes = Array(text.utf8)
    guard case .values(let values, let end) = RawJSON.read(bytes) else { return nil }
    return (values.map { String(decoding: $0.0.bytes, as: UTF8.self) }, String(decoding: bytes[end...], as: UTF8.self))
  }

  @Test(arguments: [
    ("{\"a\":1,\"a\":[true,null]}", 1, ""), (" {} [1] \n", 2, ""), ("{\"a\":\"\u{1}\"}", 1, ""),
    ("{\"a\":\"f\\u00fcr\"}", 1, ""), ("{}{\"a\":", 1, "{\"a\":"), ("{\"a\":tru", 0, "{\"a\":tru"),
    ("\"ab\\", 0, "\"ab\\"), ("{}\"\\u00", 1, "\"\\u00"), ("12", 0, "12"), ("", 0, ""),
  ])
  func takes(_ text: String, _ count: Int, _ rest: String) throws {
    let found = try #require(read(text))
    #expect(found.values.count == count)
    #expect(found.rest == rest)
  }

  @Test(arguments: [
    "{}]", "{\"a\":1]", "{1:2}", "{\"a\" 1}", "[1 2]", "x{}", "{} }", "\"\\q\"", "\"\\u00zz\"", "{\"a\":+1}",
    String(repeating: "[", count: 70),
  ])
  func refuses(_ text: String) { #expect(read(text) == nil) }

  @Test func refusesWhatIsNoUTF8() {
    #expect(RawJSON.read([0x22, 0xff, 0x22]) == .invalid)
    #expect(RawJSON.read([0x22, 0xc3, 0xbc, 0x22]) != .invalid)
  }

  @Test func keepsSpellingsAndEscapes() {
    #expect(read("{\"a\\/b\":\"f\\u00fc\"}")?.values == ["{\"a\\/b\":\"f\\u00fc\"}"])
    #expect(RawJSON.text("a/b\n\u{1}\"ü").bytes == Array("\"a/b\\n\\u0001\\\"ü\"".utf8))
    #expect(CoreValue.unescaped(Array("a\\/b\\n\\\"".utf8)) == "a/b\n\"")
    #expect(CoreValue.unescaped(Array("\\u0041".utf8)) == nil)
  }

  @Test(arguments: [
    ("21000", UInt64(21_000)), ("21000msat", 21_000), ("21sat", 21_000), ("21.001sat", 21_001),
    ("0.00000021btc", 21_000), ("0.00000000001btc", 1), ("1btc", 100_000_000_000),
    ("18446744073709551615", .max), ("0", nil), ("0sat", nil), ("21.1sat", nil), ("21.0001sat", nil), ("-1", nil),
    ("1.5", nil), ("1e3", nil), ("18446744073709551616", nil), ("184467440738btc", nil), ("sat", nil), (".5btc", nil),
    ("0.5btc", nil),
  ])
  func readsAmounts(_ text: String, _ msat: UInt64?) {
    let value = CoreKind.msat.read(.string(Array(text.utf8)))
    #expect(value == msat.map { .msat($0) })
    #expect(CoreKind.msat.read("any") == .msat(nil))
  }

  @Test func filters() {
    let value: RawJSON = ["a": ["b": .number(1), "c": .number(2)], "d": .array([["e": true, "f": true]])]
    let filter: RawJSON = ["d": .array([["f": true]]), "a": ["b": true]]
    #expect(value.filtered(by: filter).bytes == Array("{\"a\":{\"b\":1},\"d\":[{\"f\":true}]}".utf8))
    #expect(value.filtered(by: [:]).bytes == Array("{}".utf8))
  }
}
