import Primitives
import Testing

@Suite struct JSONWriterTests {
  let value: JSONValue = ["a": [1, "x"], "b": [:], "c": [], "d": ["e": .null]]

  @Test func hasThreeStyles() {
    #expect(value.text() == #"{"a":[1,"x"],"b":{},"c":[],"d":{"e":null}}"#)
    #expect(value.text(style: .spaced) == #"{"a": [1, "x"], "b": {}, "c": [], "d": {"e": null}}"#)
    #expect(
      value.text(style: .pretty) == """
        {
            "a": [
                1,
                "x"
            ],
            "b": {},
            "c": [],
            "d": {
                "e": null
            }
        }
        """
    )
  }

  @Test func writesPieces() {
    var writer = JSONWriter(appendingTo: Array("head ".utf8))
    writer.beginObject()
    writer.key("min")
    writer.number(Int64.min)
    writer.key("max")
    writer.number(UInt128.max)
    writer.key("zero")
    writer.number(0)
    writer.key("hex")
    writer.hex([0, 0xab].span)
    writer.key("yes")
    writer.bool(true)
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"head {"min":-9223372036854775808,"max":340282366920938463463374607431768211455,"zero":0,"hex":"00ab","yes":true}"#
    )
  }

  @Test func escapesWhatMustBe() throws {
    let everything = String(String.UnicodeScalarView((0...0x2ff).compactMap { Unicode.Scalar($0) })) + "😀\u{10ffff}"
    let text = JSONValue.string(everything).text()
    #expect(try JSONValue(parsing: text) == .string(everything))
    #expect(text.hasPrefix(#""\u0000\u0001"#))
    #expect(text.contains(#"\t\n\u000b\u000c\r\u000e"#))
    #expect(!text.utf8.contains { $0 < 0x20 })
  }

  @Test func repairsWhatIsNoUTF8() throws {
    var writer = JSONWriter()
    let bytes: [UInt8] = [0x61, 0xff, 0xe2, 0x82, 0x62, 0xe2, 0x82, 0xac]
    writer.string(utf8: bytes.span)
    #expect(try JSONValue(parsing: writer.bytes) == .string("a\u{fffd}\u{fffd}\u{fffd}b€"))
  }

  @Test func keepsWhatIsUTF8() throws {
    var writer = JSONWriter()
    writer.string(utf8: Array("käse \"€\"".utf8).span)
    #expect(try JSONValue(parsing: writer.bytes) == .string("käse \"€\""))
  }
}
