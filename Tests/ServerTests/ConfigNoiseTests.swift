import Testing

@testable import Server

/// Files that somebody damaged: each is read, or refused with at least one error, and none ends the program.
@Suite("Config noise")
struct ConfigNoiseTests {
  /// Numbers that only look like chance, the same in every run.
  private struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private static let pieces: [[UInt8]] =
    [
      "\n", "  ", "\t", ": ", "- ", "[", "]", "{", "}", ",", "\"", "'", "#", "&a", "*a", "!x", "|", ">", "?", "---",
      "...", "%",
      "~", "null", "\u{0}", "é", "\u{FEFF}", "<<: ", "{{", "? - ", "\r\n", "@", "`",
    ].map { Array($0.utf8) } + [[0xff], [0xc3], [0xed, 0xa0, 0x80]]

  @Test(arguments: 0..<20) func damageIsReadOrRefused(_ seed: UInt64) throws {
    var chance = Chance(state: seed &* 7_919 &+ 1)
    let whole = Array(ConfigFixture.whole.utf8)
    var refused = 0
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0...Int.random(in: 0..<4, using: &chance) {
        let place = Int.random(in: 0..<bytes.count, using: &chance)
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: bytes.remove(at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &chance)))
        case 2: bytes[place] = UInt8.random(in: 0...255, using: &chance)
        default: bytes.insert(contentsOf: Self.pieces.randomElement(using: &chance) ?? [], at: place)
        }
        if bytes.isEmpty { bytes = [0x0a] }
      }
      let notes = ConfigNotes()
      guard let root = ConfigYAML.read(bytes, name: "c", notes: notes) else {
        #expect(notes.hasErrors, "\(String(decoding: bytes, as: UTF8.self))")
        refused += 1
        continue
      }
      let files = ConfigFiles(folder: "/nowhere", workingFolder: "/nowhere", credentials: nil)
      _ = ConfigReader(notes: notes, files: files, account: ConfigFixture.account).read(root)
      for mistake in notes.mistakes { #expect(!mistake.words.isEmpty) }
    }
    #expect(refused > 0 && refused < 150)
  }
}
