package import NIOCore
import Primitives

/// Turns the bytes one side receives into whole messages, and refuses everything RFC 6455 does not allow.
///
/// Pure: bytes in, events or a fault out. It holds at most one message up to its bound and one frame that is not
/// complete, and refuses what would be longer before it has arrived. After a fault or a close it gives nothing more.
package struct WebSocketReader {
  /// Which side reads: a server wants frames masked, a client wants them bare.
  package enum Side: Sendable { case server, client }

  /// What came in.
  package enum Event: Equatable {
    /// A whole text message, valid UTF-8.
    case text(ByteBuffer)
    /// A whole message of bytes.
    case binary(ByteBuffer)
    /// To be answered with a pong of the same payload.
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// The other side closes; without a code where it gave none.
    case close(WebSocketCloseCode?, reason: String)
  }

  private let side: Side
  private let maxMessageBytes: Int
  private let maxFragments: Int
  private var input = ByteBuffer()
  private var ownsInput = false
  private var message = ByteBuffer()
  private var isText = false
  private var fragments = 0
  private var isOver = false

  /// A reader with its bounds: bytes of a message, and frames it may come in.
  package init(side: Side, maxMessageBytes: Int, maxFragments: Int) {
    precondition(maxMessageBytes > 0 && maxFragments > 0)
    self.side = side
    self.maxMessageBytes = maxMessageBytes
    self.maxFragments = maxFragments
  }

  /// Whether a message or a frame has begun and is not complete.
  package var isMidMessage: Bool { fragments > 0 || input.readableBytes > 0 }

  /// Takes bytes in; `next()` then says what they are.
  package mutating func receive(_ bytes: ByteBuffer) {
    guard !isOver else { return }
    guard input.readableBytes > 0 else {
      ownsInput = false
      input = bytes
      return
    }
    var bytes = bytes
    input.writeBuffer(&bytes)
  }

  /// The next event; nil where more bytes are needed.
  ///
  /// - Throws: `WebSocketFault`: what to close with.
  package mutating func next() throws(WebSocketFault) -> Event? {
    do throws(WebSocketFault) {
      while !isOver, let header = try FrameHeader(input.readableBytesUInt8Span) {
        let room = maxMessageBytes - message.readableBytes
        try check(header, room: room)
        guard input.readableBytes - header.bytes >= header.length else { break }
        input.moveReaderIndex(forwardBy: header.bytes)
        if let event = try take(header) {
          if case .close = event { end() }
          return event
        }
      }
    } catch {
      end()
      throw error
    }
    keepRest()
    return nil
  }

  private func check(_ header: FrameHeader, room: Int) throws(WebSocketFault) {
    guard (header.mask != nil) == (side == .server) else { throw .wrongMasking }
    guard !header.opcode.isControl else { return }
    guard (header.opcode == .continuation) == (fragments > 0) else { throw .badFragment }
    guard header.length <= room else { throw .messageTooBig }
    guard fragments < maxFragments else { throw .tooManyFragments }
  }

  private mutating func take(_ header: FrameHeader) throws(WebSocketFault) -> Event? {
    if header.opcode.isControl {
      var payload = ByteBuffer()
      Self.movePayload(header, from: &input, to: &payload)
      switch header.opcode {
      case .ping: return .ping(payload)
      case .pong: return .pong(payload)
      default: return try Self.close(payload)
      }
    }
    if header.opcode != .continuation { isText = header.opcode == .text }
    Self.movePayload(header, from: &input, to: &message)
    fragments += 1
    guard header.isFinal else { return nil }
    let whole = message
    message = ByteBuffer()
    fragments = 0
    guard isText else { return .binary(whole) }
    guard UTF8Text.isValid(whole.readableBytesUInt8Span) else { throw .invalidText }
    return .text(whole)
  }

  /// Copies the payload out, without its mask: a message then never keeps a whole receive buffer alive.
  private static func movePayload(_ header: FrameHeader, from input: inout ByteBuffer, to target: inout ByteBuffer) {
    guard header.length > 0 else { return }
    target.reserveCapacity(minimumWritableBytes: header.length)
    input.withUnsafeReadableBytes { all in
      let source = UnsafeRawBufferPointer(rebasing: all[..<header.length])
      _ = target.writeWithUnsafeMutableBytes(minimumWritableBytes: header.length) { room in
        WebSocketMask.apply(header.mask ?? 0, from: source, to: room)
        return header.length
      }
    }
    input.moveReaderIndex(forwardBy: header.length)
  }

  private static func close(_ payload: ByteBuffer) throws(WebSocketFault) -> Event {
    var payload = payload
    guard payload.readableBytes > 0 else { return .close(nil, reason: "") }
    guard let number = payload.readInteger(as: UInt16.self) else { throw .badCloseFrame }
    let code = WebSocketCloseCode(rawValue: number)
    guard code.mayBeSent else { throw .badCloseFrame }
    guard UTF8Text.isValid(payload.readableBytesUInt8Span) else { throw .invalidText }
    return .close(code, reason: String(buffer: payload))
  }

  /// What is left is the start of a frame: it gets storage of its own, the receive buffer goes back.
  private mutating func keepRest() {
    guard input.readableBytes > 0 else {
      input = ByteBuffer()
      return
    }
    guard input.readerIndex > 0 || !ownsInput else { return }
    var rest = ByteBuffer()
    rest.writeImmutableBuffer(input)
    input = rest
    ownsInput = true
  }

  private mutating func end() {
    isOver = true
    input = ByteBuffer()
    message = ByteBuffer()
    fragments = 0
  }
}

/// The first bytes of a frame.
private struct FrameHeader {
  let isFinal: Bool
  let opcode: WebSocketOpcode
  let mask: UInt32?
  let length: Int
  /// How long the header itself is.
  let bytes: Int

  /// Reads a header, nil where it is not complete; what is wrong is refused with the first byte that shows it.
  init?(_ span: Span<UInt8>) throws(WebSocketFault) {
    guard let first = span.byte(0) else { return nil }
    guard first & 0x70 == 0 else { throw .reservedBits }
    guard let opcode = WebSocketOpcode(rawValue: first & 0x0f) else { throw .unknownOpcode }
    isFinal = first & 0x80 != 0
    self.opcode = opcode
    guard let second = span.byte(1) else { return nil }
    let short = Int(second & 0x7f)
    guard !opcode.isControl || isFinal && short <= 125 else { throw .badControlFrame }
    var offset = 2
    switch short {
    case 126:
      guard let value = span.bigEndian(at: offset, bytes: 2) else { return nil }
      guard value > 125 else { throw .badLength }
      length = Int(value)
      offset += 2
    case 127:
      guard let value = span.bigEndian(at: offset, bytes: 8) else { return nil }
      guard value > 0xffff, let small = Int(exactly: value) else { throw .badLength }
      length = small
      offset += 8
    default: length = short
    }
    if second & 0x80 != 0 {
      guard let key = span.bigEndian(at: offset, bytes: 4) else { return nil }
      mask = UInt32(truncatingIfNeeded: key)
      offset += 4
    } else {
      mask = nil
    }
    bytes = offset
  }
}

extension Span where Element == UInt8 {
  fileprivate func byte(_ offset: Int) -> UInt8? { offset < count ? self[offset] : nil }

  fileprivate func bigEndian(at offset: Int, bytes: Int) -> UInt64? {
    guard offset + bytes <= count else { return nil }
    var value: UInt64 = 0
    for i in offset..<offset + bytes { value = value << 8 | UInt64(self[i]) }
    return value
  }
}

/// Whether text is UTF-8, quickly where it is ASCII.
enum UTF8Text {
  /// Whether `bytes` is well-formed throughout.
  static func isValid(_ bytes: Span<UInt8>) -> Bool {
    let plain = bytes.withUnsafeBytes { raw in
      var i = 0
      while i + 8 <= raw.count, raw.loadUnaligned(fromByteOffset: i, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
        i += 8
      }
      return i
    }
    return UTF8Form.isValid(bytes.extracting(plain..<bytes.count))
  }
}
