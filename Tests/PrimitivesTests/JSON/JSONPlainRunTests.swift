import Primitives
import Testing

/// What reads and writes eight bytes at a time says the same as what goes byte by byte.
@Suite struct JSONPlainRunTests {
  /// Bytes around which the arithmetic on whole words could go wrong, and what a text is made of.
  private static let special: [UInt8] = [
    0x00, 0x01, 0x09, 0x0a, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7e, 0x7f, 0x80, 0x81, 0xa2, 0xc3, 0xdc,
    0xff,
  ]

  /// Where a run ends, byte by byte.
  private func end(_ bytes: [UInt8], from start: Int, to end: Int) -> Int {
    (start..<end).first { bytes[$0] < 0x20 || bytes[$0] >= 0x80 || bytes[$0] == 0x22 || bytes[$0] == 0x5c } ?? end
  }

  @Test func everyByteIsPlainOrNot() {
    for byte in UInt8.min...UInt8.max {
      let isPlain = byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5c
      #expect(JSONPlainRun.isPlain(byte) == isPlain)
      for place in 0..<16 {
        var bytes = [UInt8](repeating: 0x61, count: 16)
        bytes[place] = byte
        #expect(JSONPlainRun.end(in: bytes.span, from: 0, to: 16) == (isPlain ? 16 : place), "\(byte) at \(place)")
      }
    }
  }

  @Test(arguments: 0..<26) func endsAtTheFirstByteThatIsNotPlain(_ count: Int) {
    for first in Self.special {
      for place in 0..<max(count, 1) {
        for second in Self.special {
          var bytes = [UInt8](repeating: 0x61, count: count)
          // Right behind it and further on, where a mark that was carried over would show.
          if place < count { bytes[place] = first }
          if place + 1 < count { bytes[place + 1] = second }
          for start in [0, 1, 7, place] where start <= count {
            let found = JSONPlainRun.end(in: bytes.span, from: start, to: count)
            guard found != end(bytes, from: start, to: count) else { continue }
            Issue.record("\(found) of \(bytes) from \(start)")
          }
        }
      }
    }
  }

  @Test func looksNoFurtherThanItsEnd() {
    let bytes: [UInt8] = Array("aaaaaaaaaaaa\"aaaaaaaa".utf8)
    for end in 0...12 { #expect(JSONPlainRun.end(in: bytes.span, from: 0, to: end) == end) }
    #expect(JSONPlainRun.end(in: bytes.span, from: 0, to: bytes.count) == 12)
    #expect(JSONPlainRun.end(in: bytes.span, from: 13, to: bytes.count) == bytes.count)
  }

  // MARK: - Reading

  /// The end of a string's text, or the refusal, byte by byte; for texts without escapes but those of one letter.
  private func read(_ bytes: [UInt8]) -> Result<JSONText, JSONRefusal> {
    var i = 1
    var hasEscapes = false
    while i < bytes.count {
      switch bytes[i] {
      case 0x22: return .success(JSONText(range: 1..<i, hasEscapes: hasEscapes))
      case 0x5c:
        guard i + 1 < bytes.count else { return .failure(JSONRefusal(.endsEarly, at: bytes.count)) }
        guard "\"\\/bfnrt".utf8.contains(bytes[i + 1]) else { return .failure(JSONRefusal(.badEscape, at: i)) }
        hasEscapes = true
        i += 2
      case ..<0x20: return .failure(JSONRefusal(.controlCharacter, at: i))
      case 0xc3:
        guard i + 1 < bytes.count else { return .failure(JSONRefusal(.endsEarly, at: bytes.count)) }
        guard bytes[i + 1] & 0xc0 == 0x80 else { return .failure(JSONRefusal(.badUTF8, at: i)) }
        i += 2
      case 0x80...0xbf, 0xff: return .failure(JSONRefusal(.badUTF8, at: i))
      default: i += 1
      }
    }
    return .failure(JSONRefusal(.endsEarly, at: bytes.count))
  }

  /// Quotes, backslashes, controls and bytes beyond ASCII at every place of strings of every length, two at a time.
  @Test(arguments: 0..<26) func readsStringsAsByteByByte(_ count: Int) {
    let marks: [UInt8] = [0x22, 0x5c, 0x6e, 0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xa9, 0xff]
    for first in marks {
      for second in marks {
        for place in 0..<max(count, 1) {
          for gap in [1, 2, 8] {
            var bytes = [0x22] + [UInt8](repeating: 0x61, count: count) + [0x22]
            bytes[1 + place] = first
            if 1 + place + gap < bytes.count { bytes[1 + place + gap] = second }
            var tokens = JSONTokenizer()
            let read: Result<JSONText, JSONRefusal>
            do throws(JSONRefusal) {
              guard case .string(let text) = try tokens.next(in: bytes.span) else { Issue.record("no string"); return }
              read = .success(text)
            } catch {
              read = .failure(error)
            }
            guard read != self.read(bytes) else { continue }
            Issue.record("\(bytes) was read as \(read)")
          }
        }
      }
    }
  }

  /// An escape of each kind at every place, and a second one at every distance behind it.
  @Test(arguments: [
    (#"\""#, "\""), (#"\\"#, "\\"), (#"\n"#, "\n"), (#"\u0041"#, "A"), (#"\u20ac"#, "€"), (#"\ud83d\ude00"#, "😀"),
    ("é", "é"),
  ])
  func resolvesEscapesAtEveryPlace(_ escape: String, _ meaning: String) throws {
    for before in 0..<20 {
      for between in 0..<12 {
        for after in [0, 1, 7, 8, 9] {
          let parts = [before, between, after].map { String(repeating: "x", count: $0) }
          let bytes = Array("\"\(parts[0])\(escape)\(parts[1])\(escape)\(parts[2])\"".utf8)
          let wanted = "\(parts[0])\(meaning)\(parts[1])\(meaning)\(parts[2])"
          var tokens = JSONTokenizer()
          guard case .string(let text) = try tokens.next(in: bytes.span) else { Issue.record("no string"); return }
          if text.string(in: bytes.span) != wanted { Issue.record("\(wanted)") }
          var out: [UInt8] = [7]
          text.decode(in: bytes.span, into: &out)
          if out != [7] + Array(wanted.utf8) { Issue.record("\(wanted), appended") }
        }
      }
    }
  }

  @Test func comparesTextsWithEscapesAtEveryPlace() throws {
    for before in 0..<12 {
      let start = String(repeating: "a", count: before)
      let bytes = Array("\"\(start)\\u0061\(String(repeating: "a", count: 11 - before))\"".utf8)
      var tokens = JSONTokenizer()
      guard case .string(let text) = try tokens.next(in: bytes.span) else { Issue.record("no string"); return }
      #expect(text.equals("aaaaaaaaaaaa", in: bytes.span) == true)
      for other in ["aaaaaaaaaaa", "aaaaaaaaaaaaa", "aaaaaaaaaaab", "baaaaaaaaaaa"] as [StaticString] {
        #expect(text.equals(other, in: bytes.span) == false)
      }
    }
  }

  // MARK: - Writing

  /// A string as JSON, byte by byte; what is no UTF-8 repaired as `String` is not: one mark for each byte.
  private func written(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x22]
    var i = 0
    while i < bytes.count {
      switch bytes[i] {
      case 0x22, 0x5c: out += [0x5c, bytes[i]]
      case 0x0a: out += Array(#"\n"#.utf8)
      case 0x0d: out += Array(#"\r"#.utf8)
      case 0x09: out += Array(#"\t"#.utf8)
      case ..<0x20: out += Array(((bytes[i] < 0x10 ? #"\u000"# : #"\u00"#) + String(bytes[i], radix: 16)).utf8)
      case ..<0x80: out.append(bytes[i])
      case 0xc2...0xdf where i + 1 < bytes.count && bytes[i + 1] & 0xc0 == 0x80:
        out += bytes[i...i + 1]
        i += 1
      default: out += [0xef, 0xbf, 0xbd]
      }
      i += 1
    }
    return out + [0x22]
  }

  @Test(arguments: 0..<26) func writesStringsAsByteByByte(_ count: Int) {
    for first in Self.special {
      for second in Self.special {
        for place in 0..<max(count, 1) {
          var bytes = [UInt8](repeating: 0x61, count: count)
          if place < count { bytes[place] = first }
          if place + 1 < count { bytes[place + 1] = second }
          var writer = JSONWriter()
          writer.string(utf8: bytes.span)
          guard writer.bytes != written(bytes) else { continue }
          Issue.record("\(bytes) was written as \(writer.bytes)")
        }
      }
    }
  }

  /// Every digit in every place, and that neighbours do not carry into each other.
  @Test func writesHexadecimalDigitsAsByteByByte() throws {
    for seed in 0..<256 {
      let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 * seed + seed) }
      let first = try #require(Bytes32(bytes))
      let second = try #require(Bytes32(bytes.reversed()))
      var writer = JSONWriter()
      writer.beginArray()
      writer.upperHex(first)
      writer.upperHex(first, second)
      writer.endArray()
      let (a, b) = (first.hex(uppercase: true), second.hex(uppercase: true))
      #expect(String(decoding: writer.bytes, as: UTF8.self) == #"["\#(a)","\#(a)\#(b)"]"#)
    }
  }

  @Test(arguments: [0, 9, 10, 1 << 64, 10_000_000_000_000_000_000, .max] as [UInt128])
  func writesDigitsAsText(_ value: UInt128) {
    var writer = JSONWriter()
    writer.digits(value)
    writer.endLine()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"\(value)\"\n")
  }
}
