import Primitives
import Testing

@Suite struct JSONTokenizerTests {
  /// All tokens of a text as words, or what it was refused for.
  private func tokens(_ text: [UInt8], maxDepth: Int = 32) throws(JSONRefusal) -> [String] {
    var tokenizer = JSONTokenizer(maxDepth: maxDepth)
    var out: [String] = []
    while true {
      switch try tokenizer.next(in: text.span) {
      case .beginObject: out.append("{")
      case .endObject: out.append("}")
      case .beginArray: out.append("[")
      case .endArray: out.append("]")
      case .key(let key): out.append("key " + key.string(in: text.span))
      case .string(let string): out.append("text " + string.string(in: text.span))
      case .number(let number): out.append("number " + number.text(in: text.span))
      case .bool(let value): out.append("\(value)")
      case .null: out.append("null")
      case .end: return out
      }
    }
  }

  @Test func givesOneTokenAPiece() throws {
    let text = #" { "a" : [ 1 , -2.5e+3 , true , false , null , "x\n" ] , "b" : { } , "" : [ ] } "#
    #expect(
      try tokens(Array(text.utf8)) == [
        "{", "key a", "[", "number 1", "number -2.5e+3", "true", "false", "null", "text x\n", "]", "key b", "{", "}",
        "key ", "[", "]", "}",
      ]
    )
  }

  @Test func saysEndEverAfter() throws {
    let text = Array("1 \r\n\t ".utf8)
    var tokenizer = JSONTokenizer()
    #expect(try tokenizer.next(in: text.span) == .number(JSONNumber(range: 0..<1)))
    #expect(try tokenizer.next(in: text.span) == .end)
    #expect(try tokenizer.next(in: text.span) == .end)
  }

  @Test(arguments: [
    "0", "-0", "1", "10", "-1", "0.0", "0.10", "1.5", "-1.5e1", "1E5", "1e-5", "1e+05", "0e0",
    "123456789012345678901234567890", "1e999999",
  ])
  func takesNumbers(_ text: String) throws {
    #expect(try tokens(Array(text.utf8)) == ["number " + text])
    #expect(try tokens(Array("[\(text),\(text)]".utf8)) == ["[", "number " + text, "number " + text, "]"])
  }

  @Test(arguments: [
    "00", "01", "-01", "-", "+1", ".5", "-.5", "1.", "1.e5", "1e", "1e+", "1e1.5", "0x10", "1a", "1_0", "--1", "NaN",
    "Infinity", "-Infinity", "٣",
  ])
  func refusesOtherNumbers(_ text: String) {
    #expect(throws: JSONRefusal.self) { try tokens(Array(text.utf8)) }
    #expect(throws: JSONRefusal.self) { try tokens(Array("[\(text)]".utf8)) }
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{}}", "[]]", "{]", "[}",
    #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a" 1}"#, #"{"a"::1}"#, "{a:1}",
    "{1:1}", "{'a':1}", "['a']", "tru", "True", "TRUE", "nul", "nulll", "truefalse", "true false", "1 1", "{} {}",
    "// no\n1", "/* no */ 1", "# no\n1", "\u{FEFF}1", "\u{A0}1", "1\u{0}", "\u{C}1", "undefined", "\"", "\"a", "\"\\",
    #""\x""#, #""\'""#, #""\u""#, #""\u123""#, #""\u12g4""#, #""\U0041""#, "\"\n\"", "\"\t\"", "\"\0\"", "\"\u{1f}\"",
    #"[1:2]"#, #"{"a":1;"b":2}"#, ",", ":", "[\"a\":1]",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(throws: JSONRefusal.self) { try tokens(Array(text.utf8)) }
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""\u0041\u00e9\u20AC\ud83d\uDE00""#, "Aé€😀"),
    (#""\u0000""#, "\0"), (#""\uffff\uFFFE""#, "\u{ffff}\u{fffe}"), (#""\udbff\udfff""#, "\u{10ffff}"),
    (#""\ud800\udc00""#, "\u{10000}"), (#""\u007f\u0080\u07ff\u0800""#, "\u{7f}\u{80}\u{7ff}\u{800}"),
    ("\"é€😀\u{7f}\u{2028}\"", "é€😀\u{7f}\u{2028}"), (#""""#, ""), (#""\\u0041""#, #"\u0041"#),
  ])
  func resolvesEscapes(_ text: String, _ value: String) throws {
    let got = try tokens(Array(text.utf8))
    #expect(got.first.map { Array($0.utf8) } == Array(("text " + value).utf8))
  }

  @Test(arguments: [
    (#""\ud800""#, 1), (#""\udc00""#, 1), (#""\udfff\ud800""#, 1), (#""\ud800\ud800""#, 1), (#""\ud800a""#, 1),
    (#""\ud800\n""#, 1), (#""x\ud800\u0041""#, 2), (#""\ud800\\udc00""#, 1),
  ])
  func refusesHalfASurrogatePair(_ text: String, _ offset: Int) {
    let refusal = JSONRefusal(.loneSurrogate, at: offset)
    #expect(throws: refusal) { try tokens(Array(text.utf8)) }
  }

  /// From Unicode's table of well-formed byte sequences: the first and last of each row, and their neighbours.
  @Test(
    arguments: [
      [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80], [0xef, 0xbf, 0xbf],
      [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
    ] as [[UInt8]]
  )
  func takesWellFormedUTF8(_ bytes: [UInt8]) throws {
    let got = try tokens([0x22] + bytes + [0x22])
    #expect(got.map { Array($0.utf8) } == [Array("text ".utf8) + bytes])
  }

  @Test(
    arguments: [
      [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2, 0x41], [0xc2, 0xc2], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
      [0xe2, 0x82, 0x41], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
      [0xf0, 0x9f, 0x98, 0x41], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xfe], [0xff],
    ] as [[UInt8]]
  )
  func refusesMalformedUTF8(_ bytes: [UInt8]) {
    let refusal = JSONRefusal(.badUTF8, at: 3)
    #expect(throws: refusal) { try tokens([0x22, 0x61, 0x62] + bytes + [0x22]) }
    #expect(throws: JSONRefusal.self, "in a key as well") {
      try tokens([0x7b, 0x22] + bytes + [0x22, 0x3a, 0x31, 0x7d])
    }
  }

  @Test func holdsItsDepth() throws {
    func nest(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5b, count: depth) + [UInt8](repeating: 0x5d, count: depth)
    }
    #expect(try tokens(nest(32)).count == 64)
    #expect(throws: JSONRefusal(.tooDeep, at: 32)) { try tokens(nest(33)) }
    #expect(try tokens(nest(64), maxDepth: 64).count == 128)
    #expect(throws: JSONRefusal(.tooDeep, at: 64)) { try tokens(nest(65), maxDepth: 64) }
    #expect(throws: JSONRefusal(.tooDeep, at: 0)) { try tokens(nest(1), maxDepth: 0) }
    #expect(throws: JSONRefusal(.tooDeep, at: 32)) { try tokens([UInt8](repeating: 0x5b, count: 1_000_000)) }
    // Which bracket closes is remembered at every level.
    let mixed = String(repeating: #"{"a":["#, count: 32) + String(repeating: "]}", count: 32)
    #expect(try tokens(Array(mixed.utf8), maxDepth: 64).count == 160)
    let wrong = String(repeating: #"{"a":["#, count: 32) + "]]" + String(repeating: "]}", count: 31)
    #expect(throws: JSONRefusal(.unexpectedByte, at: 193)) { try tokens(Array(wrong.utf8), maxDepth: 64) }
  }

  @Test func saysWhereItEndsEarlyAtEachByte() throws {
    let piece = #"{"käse\u20ac":[0,-1.5e-7,12E+3,true,false,null,"\ud83d\ude00 😀\\\"",{},[],[{"x":[[]]}]]}"#
    let text = Array(("[" + Array(repeating: piece, count: 40).joined(separator: " , ") + "]").utf8)
    #expect(throws: Never.self) { try tokens(text) }
    for length in 0..<text.count {
      let cut = Array(text[..<length])
      #expect(throws: JSONRefusal(.endsEarly, at: length)) { try tokens(cut) }
    }
  }

  @Test func skipsWholeValues() throws {
    let text = Array(#"{"a":{"x":[1,{"y":"]}"}]},"b":[[],{}],"c":"}","d":1,"e":7}"#.utf8)
    var tokenizer = JSONTokenizer()
    #expect(try tokenizer.next(in: text.span) == .beginObject)
    for key in ["a", "b", "c", "d"] as [StaticString] {
      guard case .key(let got) = try tokenizer.next(in: text.span) else { Issue.record("no key"); return }
      #expect(got.equals(key, in: text.span) == true)
      try tokenizer.skipValue(in: text.span)
    }
    guard case .key = try tokenizer.next(in: text.span), case .number(let number) = try tokenizer.next(in: text.span)
    else { Issue.record("the last member is lost"); return }
    #expect(number.uint64(in: text.span) == 7)
    #expect(try tokenizer.next(in: text.span) == .endObject)
    #expect(throws: JSONRefusal.self, "nothing is left to skip") { try tokenizer.skipValue(in: text.span) }
  }

  @Test func checksWhatItSkips() {
    let text = Array(#"{"a":[1,01]}"#.utf8)
    var tokenizer = JSONTokenizer()
    #expect(throws: JSONRefusal(.badNumber, at: 9)) {
      _ = try tokenizer.next(in: text.span)
      _ = try tokenizer.next(in: text.span)
      try tokenizer.skipValue(in: text.span)
    }
  }

  @Test func doesNotSkipAKeyOrAnEnd() throws {
    let text = Array(#"{"a":1}"#.utf8)
    var tokenizer = JSONTokenizer()
    _ = try tokenizer.next(in: text.span)
    #expect(throws: JSONRefusal(.unexpectedByte, at: 1)) { try tokenizer.skipValue(in: text.span) }
  }
}
