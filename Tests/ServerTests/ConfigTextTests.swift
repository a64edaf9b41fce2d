import Primitives
import Testing

@testable import Server

/// Texts that are no YAML, and the words around mistakes.
@Suite("Config text")
struct ConfigTextTests {
  private func mistakes(_ bytes: [UInt8]) -> [ConfigMistake] {
    let notes = ConfigNotes()
    _ = ConfigYAML.read(bytes, name: "c", notes: notes)
    return notes.mistakes
  }

  @Test func bytesThatAreNotUTF8() {
    let found = mistakes(Array("log:\n  level: é".utf8) + [0xff, 0x0a])
    #expect(found.map(\.place) == [.file("c", line: 2, column: 11)])
    #expect(found.first?.words.contains("not UTF-8") == true)
  }

  @Test func aFileTooLarge() {
    #expect(mistakes(Array(repeating: 0x23, count: YAMLLook.maxBytes)).isEmpty)
    #expect(mistakes(Array(repeating: 0x23, count: YAMLLook.maxBytes + 1)).first?.words.contains("bytes") == true)
  }

  @Test func deepIndentationIsRefused() {
    let deep = (0..<300).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
    #expect(mistakes(Array(deep.utf8)).first?.words.contains("indented too far") == true)
    #expect(mistakes(Array(String(repeating: "[", count: 100_000).utf8)).first?.words.contains("too deep") == true)
  }

  @Test(arguments: [
    "title: Coffee & cake", "title: \"*star*\"", "title: 'it''s & so'", "title: Don't & do", "title: a - & b",
    "title: \"a \\\" & b\"", "# & *\ntitle: x # & comment", "title: x!", "list: [a, 'b & c', \"[[[[[[[[[[[[[[[[[[\"]",
    "url: http://a/?x=1&y=2",
    "title: a # \"b\n# 'c\nnames: [d]", "names: [a,\n  b\n]\ndata: c\r\n", "---\ntitle: a\n...",
    "names:\n- a\n- b\ndata: c", "title: a, \"b & c", "title: a|b > c? d", "list: [{a: 'b', c: d}, {a:\n  e}]",
    "title:\n  a\ndata: b",
  ])
  func harmlessSignsPass(_ text: String) {
    #expect(mistakes(Array(text.utf8)).isEmpty, "\(mistakes(Array(text.utf8)).map(\.text))")
  }

  @Test(arguments: [
    ("lissten", "listen"), ("Listen", "listen"), ("lsiten", "listen"), ("liste", "listen"),
    ("public-url", "public_url"), ("tite", "title"),
  ])
  func findsTheNearestWord(_ word: String, _ meant: String) {
    #expect(NearestWord.find(word, among: ["data", "listen", "names", "public_url", "title"]) == meant)
  }

  @Test(arguments: ["", "x", "colour", "lightning"])
  func findsNoneTooFar(_ word: String) {
    #expect(NearestWord.find(word, among: ["data", "listen", "names", "public_url", "title"]) == nil)
  }

  @Test func repeatsTheLineWithAMark() {
    let mistake = ConfigMistake(
      weight: .error,
      place: .file("c", line: 2, column: 3),
      path: "log",
      words: "unknown key \"x\"",
      hint: "known: y"
    )
    #expect(
      ConfigReport.text([mistake], name: "c", file: "log:\n  x: 1\n") == """
        c:2:3: error: log: unknown key "x"; known: y
              x: 1
              ^
        """
    )
  }

  /// The mark that some editors write in front of UTF-8 is no part of the first key.
  @Test func aByteOrderMarkIsNoColumn() {
    #expect(mistakes([0xef, 0xbb, 0xbf] + Array("log: {}\nserver: {}".utf8)).isEmpty)
    #expect(mistakes(Array("log: {}\n\u{FEFF}server: {}".utf8)).map(\.place) == [.file("c", line: 2, column: 1)])
  }

  /// A text is looked over in a time that grows with its length, whatever stands in it.
  @Test func manyMistakesAreNotLookedIntoOneByOne() throws {
    let unknown = (0..<20_000).map { "k\($0):" }.joined(separator: "\n")
    let found = try ConfigFixture().mistakes(unknown)
    #expect(found.count == ConfigNotes.most + 1)
    #expect(found.contains { $0.words.contains("more than 200 mistakes") })
    let least = (0..<10_001).map { "nano_\($0): 1 XNO" }.joined(separator: ", ")
    let callback = "networks: { nano: { rpc: \"http://[::1]:7076\", callback: { minimums: { \(least) } } } }"
    #expect(try ConfigFixture().mistakes(callback).map(\.words) == ["has 10001 entries"])
  }

  /// A wrong value may be a whole file that somebody pasted.
  @Test(arguments: [(100, true), (10_000, false)])
  func wordsAreCutOff(_ length: Int, _ isWhole: Bool) throws {
    let value = String(repeating: "ab ", count: length)
    let found = try ConfigFixture().mistakes("log: { level: \"\(value)\" }")
    #expect(found.count == 1)
    #expect(found.first?.words.contains(value) == isWhole)
    #expect(found.allSatisfy { $0.words.count <= ConfigNotes.longest + 1 })
  }

  @Test func tellsMistakesToPrograms() throws {
    let found = try ConfigFixture().mistakes("log: { level: loud }")
    let json = ConfigReport.json(found)
    #expect(json["ok"]?.bool == false)
    #expect(json["mistakes"]?[0]?["line"]?.int == 1)
    #expect(json["mistakes"]?[0]?["column"]?.int == 15)
    #expect(json["mistakes"]?[0]?["setting"]?.string == "log.level")
    let none: [ConfigMistake] = []
    #expect(ConfigReport.json(none)["ok"]?.bool == true)
  }
}
