import NIOCore
package import NIOHTTP1
import Primitives

/// Request line and header lines of an HTTP/1.x request, checked, and looked up in the bytes they came in.
///
/// Nothing is allocated for a header nobody asks for.
package struct RequestHead: Sendable {
  /// What is asked.
  package let method: HTTPMethod
  /// The minor version: 1 for HTTP/1.1, 0 for HTTP/1.0.
  package let minorVersion: Int
  /// How the body is delimited.
  package let framing: Framing
  /// Whether the connection may carry another request after this one.
  package let keepsAlive: Bool
  /// Whether the client waits for `100 Continue` before it sends the body.
  package let expectsContinue: Bool

  let bytes: ByteBuffer
  let targetRange: Range<Int>
  let firstLine: Int

  /// How a body is delimited (RFC 9112 section 6).
  package enum Framing: Equatable, Sendable {
    /// There is no body.
    case none
    /// So many bytes.
    case length(Int)
    /// Chunks.
    case chunked
  }

  /// Path and query as they were sent.
  package var target: String { bytes.readableBytesUInt8Span.text(targetRange) }

  /// The target up to a question mark, not decoded.
  package var path: String { bytes.readableBytesUInt8Span.text(pathRange) }

  /// Whether the path is `text`, without making a string of it.
  package func isPath(_ text: StaticString) -> Bool {
    let range = pathRange
    guard range.count == text.utf8CodeUnitCount else { return false }
    let span = bytes.readableBytesUInt8Span
    return text.withUTF8Buffer { want in
      for i in 0..<want.count where span[range.lowerBound + i] != want[i] { return false }
      return true
    }
  }

  /// Whether path and query are these bytes; in constant time, since a path may hold a secret.
  package func isTarget(_ secret: [UInt8]) -> Bool {
    equalInConstantTime(bytes.readableBytesUInt8Span.extracting(targetRange), secret.span)
  }

  /// Whether the path is these bytes; in constant time, since a path may hold a secret.
  package func isPath(_ secret: [UInt8]) -> Bool {
    equalInConstantTime(bytes.readableBytesUInt8Span.extracting(pathRange), secret.span)
  }

  /// What stands after the question mark, not decoded; nil without one.
  package var query: String? {
    let span = bytes.readableBytesUInt8Span
    let start = pathRange.upperBound
    return start < targetRange.upperBound ? span.text(start + 1..<targetRange.upperBound) : nil
  }

  private var pathRange: Range<Int> {
    let span = bytes.readableBytesUInt8Span
    var end = targetRange.lowerBound
    while end < targetRange.upperBound, span[end] != UInt8(ascii: "?") { end += 1 }
    return targetRange.lowerBound..<end
  }

  /// The value of the first header of that name, in lower case; nil without one.
  package func first(_ name: StaticString) -> String? {
    var found: String?
    forEach(name) { span, value in found = found ?? span.text(value) }
    return found
  }

  /// How many headers of that name, in lower case, there are.
  package func count(_ name: StaticString) -> Int {
    var count = 0
    forEach(name) { _, _ in count += 1 }
    return count
  }

  /// Whether there is a header whose name is, or begins with, one of these; all in lower case, one pass.
  package func hasHeader(named names: [StaticString], orStartingWith prefixes: [StaticString]) -> Bool {
    let span = bytes.readableBytesUInt8Span
    var cursor = HeaderCursor(at: firstLine)
    while let line = try? cursor.next(in: span) {
      for name in names where span.matches(line.name, name) { return true }
      for prefix in prefixes where line.name.count >= prefix.utf8CodeUnitCount {
        let start = line.name.lowerBound
        if span.matches(start..<start + prefix.utf8CodeUnitCount, prefix) { return true }
      }
    }
    return false
  }

  /// Whether a header of that name lists the token; both in lower case.
  package func lists(_ token: StaticString, in name: StaticString) -> Bool {
    var found = false
    forEach(name) { span, value in found = found || span.list(value, holds: token) }
    return found
  }

  /// The elements of all headers of that name, in lower case, as one list.
  package func elements(_ name: StaticString) -> [String] {
    var found: [String] = []
    forEach(name) { span, value in span.forEachElement(of: value) { found.append(span.text($0)) } }
    return found
  }

  /// Calls `body` with the bytes and the place of each value of the headers of that name.
  private func forEach(_ name: StaticString, _ body: (Span<UInt8>, Range<Int>) -> Void) {
    let span = bytes.readableBytesUInt8Span
    var cursor = HeaderCursor(at: firstLine)
    // The lines were well-formed when the head was read, so this ends at the end.
    while let line = try? cursor.next(in: span) {
      if span.matches(line.name, name) { body(span, line.value) }
    }
  }
}
