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
