import NIOCore
import Primitives

/// Puts a chunked body (RFC 9112 section 7.1) together, within a bound, as its bytes arrive.
///
/// Chunk extensions and trailers are read and forgotten, within bounds of their own.
struct ChunkedBody {
  private enum State {
    case size
    case data(left: Int)
    case dataEnd
    case trailer
  }

  private let maxBytes: Int
  private var state = State.size
  private var body = ByteBuffer()
  private var trailerBytes = 0

  static let maxLineBytes = 256
  static let maxTrailerBytes = 4_096

  /// A body of at most `maxBytes`.
  init(maxBytes: Int) { self.maxBytes = maxBytes }

  /// Consumes what is there; the body once it is complete.
  ///
  /// - Throws: `HTTPFault` 400 where a chunk is malformed, 413 over the bound.
  mutating func take(from input: inout ByteBuffer) throws(HTTPFault) -> ByteBuffer? {
    while true {
      switch state {
      case .size:
        guard let line = try Self.line(from: &input) else { return nil }
        let size = try Self.size(line.readableBytesUInt8Span)
        guard size <= maxBytes - body.readableBytes else { throw HTTPFault(413, "the body is too long") }
        state = size == 0 ? .trailer : .data(left: size)
      case .data(let left):
        let count = min(left, input.readableBytes)
        guard count > 0, var part = input.readSlice(length: count) else { return nil }
        body.writeBuffer(&part)
        state = count == left ? .dataEnd : .data(left: left - count)
      case .dataEnd:
        guard input.readableBytes >= 2 else { return nil }
        guard input.readInteger(as: UInt16.self) == 0x0d0a else {
          throw HTTPFault(400, "a chunk is longer than it says")
        }
        state = .size
      case .trailer:
        guard let line = try Self.line(from: &input) else { return nil }
        guard line.readableBytes > 0 else { return body }
        trailerBytes += line.readableBytes
        guard trailerBytes <= Self.maxTrailerBytes else { throw HTTPFault(431, "too many trailers") }
      }
    }
  }

  /// The next line without its CR LF; nil where it is not complete.
  private static func line(from input: inout ByteBuffer) throws(HTTPFault) -> ByteBuffer? {
    guard let end = try endOfLine(input.readableBytesUInt8Span) else { return nil }
    let line = input.readSlice(length: end)
    input.moveReaderIndex(forwardBy: 2)
    return line
  }

  private static func endOfLine(_ span: Span<UInt8>) throws(HTTPFault) -> Int? {
    var end = 0
    while end < span.count, span[end] != 0x0a { end += 1 }
    guard end <= maxLineBytes else { throw HTTPFault(400, "a line of a chunked body is too long") }
    guard end < span.count else { return nil }
    guard end > 0, span[end - 1] == 0x0d else { throw HTTPFault(400, "a line does not end in CR LF") }
    return end - 1
  }

  /// Hexadecimal digits up to the end or to an extension.
  private static func size(_ span: Span<UInt8>) throws(HTTPFault) -> Int {
    var value = 0
    var i = 0
    while i < span.count, let digit = Self.digit(span[i]) {
      guard i < 8 else { throw HTTPFault(413, "the body is too long") }
      value = value << 4 | digit
      i += 1
    }
    let hasDigits = i > 0
    while i < span.count, HeaderCursor.isBlank(span[i]) { i += 1 }
    guard hasDigits, i == span.count || span[i] == UInt8(ascii: ";") else {
      throw HTTPFault(400, "not a chunk size")
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte - 0x30)
    case 0x41...0x46: Int(byte - 0x37)
    case 0x61...0x66: Int(byte - 0x57)
    default: nil
    }
  }
}
