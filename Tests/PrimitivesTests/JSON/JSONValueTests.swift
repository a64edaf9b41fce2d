import Primitives
import Testing

@Suite struct JSONValueTests {
  @Test func readsAndWritesBack() throws {
    let text = #"{"a":[1,-2.50e3,true,false,null,"x\n\"\\"],"b":{},"c":[],"":""}"#
    let value = try JSONValue(parsing: text)
    #expect(value.text() == text)
    #expect(value["a"]?[1]?.number == "-2.50e3", "no digit is lost")
    #expect(value["a"]?[5]?.string == "x\n\"\\")
    #expect(value["a"]?[4]?.isNull == true)
    #expect(value["a"]?[6] == nil)
    #expect(value["nothing"] == nil)
    #expect(value[""]?.string == "")
  }

  @Test func isMadeFromLiterals() throws {
    let value: JSONValue = ["n": 1, "list": ["a", true], "big": .number(UInt128.max)]
    #expect(value == (try JSONValue(parsing: value.text(style: .pretty))))
    #expect(value["big"]?.uint128 == .max)
    #expect(value["big"]?.uint64 == nil)
    #expect(value["n"]?.int == 1)
  }

  @Test(arguments: [#"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"k":1,"b":2,"k":3}}]"#])
  func refusesTheSameKeyTwice(_ text: String) {
    #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONRefusal)?.reason == .duplicateKey }
  }

  @Test func keysAreBytesNotGlyphs() throws {
    // U+212A KELVIN SIGN is canonically equal to K, and é has two spellings; here each is a key of its own.
    let value = try JSONValue(parsing: "{\"\u{212A}\":1,\"K\":2,\"\u{e9}\":3,\"e\u{301}\":4}")
    #expect(value["K"]?.int == 2)
    #expect(value["\u{212A}"]?.int == 1)
    #expect(JSONValue.string("\u{212A}") != JSONValue.string("K"))
  }

  @Test func refusesWhatFollows() {
    #expect(throws: JSONRefusal(.trailingBytes, at: 3)) { try JSONValue(parsing: "{} x") }
  }

  @Test func boundsDepth() throws {
    let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
    #expect(throws: JSONRefusal(.tooDeep, at: 32)) { try JSONValue(parsing: deep) }
    #expect(throws: Never.self) { try JSONValue(parsing: deep, maxDepth: 33) }
  }

  @Test func orderAndSpellingCount() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"b":2}"#) != JSONValue(parsing: #"{"b":2,"a":1}"#))
    #expect(try JSONValue(parsing: "1.0") != JSONValue(parsing: "1"))
    #expect(try JSONValue(parsing: #""\u0041""#) == JSONValue(parsing: #""A""#))
  }
}
