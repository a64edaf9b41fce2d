package import NIOCore
import Primitives

/// Cuts the bytes of one connection into requests: first a head, then, once a bound for it was named, its body.
///
/// Pure: bytes in, requests or a fault out. After a fault it gives nothing more.
package struct RequestReader {
  /// What came next.
  package enum Event {
    /// A head. Call `beginBody(maxBytes:)` before asking for more.
    case head(RequestHead)
    /// The whole body of the head before, empty where it has none.
    case body(ByteBuffer)
  }

  private enum State {
    case head(scanned: Int)
    case decided(RequestHead.Framing)
    case length(Int)
    case chunked(ChunkedBody)
    case failed
  }

  private let maxHeadBytes: Int
  private var input = ByteBuffer()
  private var state = State.head(scanned: 0)

  /// A reader of heads up to `maxHeadBytes`, the empty line included.
  package init(maxHeadBytes: Int = 16_384) { self.maxHeadBytes = maxHeadBytes }

  /// Takes bytes in; `next()` then says what they are.
  package mutating func receive(_ bytes: ByteBuffer) {
    guard input.readableBytes > 0 else {
      input = bytes
      return
    }
    // Else a client that never stops sending would make the storage grow by what was consumed long ago.
    input.discardReadBytes()
    var bytes = bytes
    input.writeBuffer(&bytes)
  }

  /// Whether a request has begun and is not complete.
  package var isMidRequest: Bool {
    if case .head = state { return input.readableBytes > 0 }
    return true
  }

  /// Whether a body has begun to arrive, or is complete already.
  var hasBytesLeft: Bool { input.readableBytes > 0 }

  /// What was received and not consumed; the reader is empty afterwards.
  package mutating func takeRest() -> ByteBuffer {
    defer { input = ByteBuffer() }
    return input
  }

  /// The next event; nil where more bytes are needed.
  ///
  /// - Throws: `HTTPFault`: what to answer before closing.
  package mutating func next() throws(HTTPFault) -> Event? {
    do throws(HTTPFault) {
      switch state {
      case .head(let scanned): return try nextHead(scanned: scanned)
      case .decided: preconditionFailure("no bound for the body was named")
      case .length(let count): return nextBody(count)
      case .chunked(var body):
        // Leaving the state for the time keeps the body's storage unshared while it grows.
        state = .failed
        guard let whole = try body.take(from: &input) else {
          state = .chunked(body)
          return nil
        }
        return finished(whole)
      case .failed: return nil
      }
    } catch {
      state = .failed
      input = ByteBuffer()
      throw error
    }
  }

  /// Names the bound for the body of the head just given.
  ///
  /// - Throws: `HTTPFault` 413 where the head already says more.
  package mutating func beginBody(maxBytes: Int) throws(HTTPFault) {
    guard case .decided(let framing) = state else { preconditionFailure("no head was given") }
    switch framing {
    case .none: state = .length(0)
    case .length(let count):
      guard count <= maxBytes else {
        state = .failed
        throw HTTPFault(413, "the body is too long")
      }
      state = .length(count)
    case .chunked: state = .chunked(ChunkedBody(maxBytes: maxBytes))
    }
  }

  private mutating func nextHead(scanned: Int) throws(HTTPFault) -> Event? {
    if scanned == 0 { try skipEmptyLines() }
    let end = HeaderCursor.endOfHead(input.readableBytesUInt8Span, from: scanned)
    guard let end else {
      guard input.readableBytes < maxHeadBytes else { throw HTTPFault(431, "the head is too long") }
      state = .head(scanned: max(0, input.readableBytes - 3))
      if input.readableBytes == 0 { input = ByteBuffer() }
      return nil
    }
    guard end <= maxHeadBytes, let bytes = input.readSlice(length: end - 2) else {
      throw HTTPFault(431, "the head is too long")
    }
    input.moveReaderIndex(forwardBy: 2)
    let head = try RequestHead(parsing: bytes)
    state = .decided(head.framing)
    return .head(head)
  }

  /// Lets pass the empty line that some clients send after a body (RFC 9112 section 2.2), and refuses at once what
  /// cannot become a request, such as a TLS greeting.
  private mutating func skipEmptyLines() throws(HTTPFault) {
    while input.readableBytes >= 2, input.getInteger(at: input.readerIndex, as: UInt16.self) == 0x0d0a {
      input.moveReaderIndex(forwardBy: 2)
    }
    guard let first = input.getInteger(at: input.readerIndex, as: UInt8.self), first != 0x0d else { return }
    guard HeaderCursor.isTokenCharacter(first) else { throw HTTPFault(400, "a request does not start with a method") }
  }

  private mutating func nextBody(_ count: Int) -> Event? {
    guard input.readableBytes >= count, let body = input.readSlice(length: count) else { return nil }
    return finished(body)
  }

  private mutating func finished(_ body: ByteBuffer) -> Event {
    state = .head(scanned: 0)
    if input.readableBytes == 0 { input = ByteBuffer() }
    return .body(body)
  }
}
