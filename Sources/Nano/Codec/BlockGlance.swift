import Primitives

/// A look at a block's text inside a JSON string, without unescaping it: where type, link and destination lie.
///
/// It knows only what a node prints (one flat object, string members, no escapes but the quotes and the white space
/// between) and gives up on anything else, for the caller to read it the long way.
struct BlockGlance {
  enum BlockType { case state, send, other }

  private(set) var type = BlockType.other
  private var link: Range<Int>?
  private var destination: Range<Int>?

  /// nil where the text is not laid out as expected, which does not mean that it is wrong.
  init?(_ text: JSONText, in bytes: Span<UInt8>) {
    var reader = EscapedReader(at: text.range.lowerBound, end: text.range.upperBound)
    var hasType = false
    guard reader.take(0x7b, in: bytes) else { return nil }
    repeat {
      guard let key = reader.quoted(in: bytes), reader.take(0x3a, in: bytes), let value = reader.quoted(in: bytes)
      else { return nil }
      switch key.count {
      case 4 where ("type" as StaticString).equals(bytes, key):
        guard !hasType else { return nil }
        hasType = true
        if ("state" as StaticString).equals(bytes, value) {
          type = .state
        } else if ("send" as StaticString).equals(bytes, value) {
          type = .send
        }
      case 4 where ("link" as StaticString).equals(bytes, key):
        guard link == nil else { return nil }
        link = value
      case 11 where ("destination" as StaticString).equals(bytes, key):
        guard destination == nil else { return nil }
        destination = value
      default: break
      }
    } while reader.take(0x2c, in: bytes)
    guard hasType, reader.take(0x7d, in: bytes), reader.isAtEnd(in: bytes) else { return nil }
  }

  func required(_ field: Field) throws(NanoRefusal) -> Range<Int> {
    guard let range = field == .link ? link : destination else { throw .missing(field.name) }
    return range
  }
}

/// Walks over a JSON text that stands escaped inside a JSON string whose escapes are known to be right.
private struct EscapedReader {
  var at: Int
  let end: Int

  /// Steps over white space, plain or escaped.
  @inline(__always)
  private mutating func skipSpace(in bytes: Span<UInt8>) {
    while at < end {
      if bytes[at] == 0x20 {
        at += 1
      } else if bytes[at] == 0x5c, at + 1 < end, EscapedReader.isSpaceLetter(bytes[at + 1]) {
        at += 2
      } else {
        return
      }
    }
  }

  private static func isSpaceLetter(_ letter: UInt8) -> Bool { letter == 0x6e || letter == 0x72 || letter == 0x74 }

  /// Takes one mark after white space, if it is there.
  @inline(__always)
  mutating func take(_ mark: UInt8, in bytes: Span<UInt8>) -> Bool {
    skipSpace(in: bytes)
    guard at < end, bytes[at] == mark else { return false }
    at += 1
    return true
  }

  /// Takes a string without escapes in it, after white space.
  @inline(__always)
  mutating func quoted(in bytes: Span<UInt8>) -> Range<Int>? {
    skipSpace(in: bytes)
    guard at + 1 < end, bytes[at] == 0x5c, bytes[at + 1] == 0x22 else { return nil }
    let start = at + 2
    // A backslash ends the text, or begins an escape that is not for us.
    let i = JSONPlainRun.backslash(in: bytes, from: start, to: end)
    guard i + 1 < end, bytes[i + 1] == 0x22 else { return nil }
    at = i + 2
    return start..<i
  }

  mutating func isAtEnd(in bytes: Span<UInt8>) -> Bool {
    skipSpace(in: bytes)
    return at == end
  }
}
