package import NIOCore

/// Kinds of frames (RFC 6455 section 5.2).
enum WebSocketOpcode: UInt8 {
  case continuation = 0x0
  case text = 0x1
  case binary = 0x2
  case close = 0x8
  case ping = 0x9
  case pong = 0xa

  var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Makes the bytes of whole frames.
///
/// A server's frame carries no mask, so one buffer can be made once and written to any number of connections. A
/// client passes a fresh, unpredictable `mask` for each frame.
package enum WebSocketFrames {
  /// A text message; `payload` must be UTF-8.
  package static func text(_ payload: ByteBuffer, mask: UInt32? = nil) -> ByteBuffer {
    frame(.text, payload.readableBytesView, mask: mask)
  }

  /// A text message.
  package static func text(_ text: String, mask: UInt32? = nil) -> ByteBuffer {
    frame(.text, Array(text.utf8), mask: mask)
  }

  /// A text message; `bytes` must be UTF-8.
  package static func text(_ bytes: [UInt8], mask: UInt32? = nil) -> ByteBuffer { frame(.text, bytes, mask: mask) }

  /// A message of bytes.
  package static func binary(_ payload: ByteBuffer, mask: UInt32? = nil) -> ByteBuffer {
    frame(.binary, payload.readableBytesView, mask: mask)
  }

  /// A ping with at most 125 bytes.
  package static func ping(_ payload: ByteBuffer = ByteBuffer(), mask: UInt32? = nil) -> ByteBuffer {
    frame(.ping, payload.readableBytesView.prefix(125), mask: mask)
  }

  /// A pong with at most 125 bytes.
  package static func pong(_ payload: ByteBuffer = ByteBuffer(), mask: UInt32? = nil) -> ByteBuffer {
    frame(.pong, payload.readableBytesView.prefix(125), mask: mask)
  }

  /// A close frame, empty without a code; the reason is cut at a character so that it fits 123 bytes.
  package static func close(
    _ code: WebSocketCloseCode? = nil,
    reason: String = "",
    mask: UInt32? = nil
  ) -> ByteBuffer {
    guard let code else { return frame(.close, [], mask: mask) }
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)]
    for character in reason {
      guard payload.count + character.utf8.count <= 125 else { break }
      payload.append(contentsOf: character.utf8)
    }
    return frame(.close, payload, mask: mask)
  }

  private static func frame(
    _ opcode: WebSocketOpcode,
    _ payload: some Collection<UInt8>,
    mask: UInt32?
  ) -> ByteBuffer {
    let count = payload.count
    var out = ByteBufferAllocator().buffer(capacity: count + 14)
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    out.writeInteger(0x80 | opcode.rawValue)
    switch count {
    case ...125: out.writeInteger(maskBit | UInt8(count))
    case ...0xffff:
      out.writeInteger(maskBit | 126)
      out.writeInteger(UInt16(count))
    default:
      out.writeInteger(maskBit | 127)
      out.writeInteger(UInt64(count))
    }
    guard let mask else {
      out.writeBytes(payload)
      return out
    }
    out.writeInteger(mask)
    let header = out.readableBytes
    out.writeBytes(payload)
    out.withUnsafeMutableReadableBytes { bytes in
      let body = UnsafeMutableRawBufferPointer(rebasing: bytes[header...])
      WebSocketMask.apply(mask, from: UnsafeRawBufferPointer(body), to: body)
    }
    return out
  }
}

/// The mask of RFC 6455 section 5.3: an exclusive-or with four repeating bytes.
enum WebSocketMask {
  /// Writes `source` under the mask to `target`, which is as long or longer and may be the same memory.
  ///
  /// `key` is the four bytes of the wire read as one big-endian number.
  static func apply(_ key: UInt32, from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    precondition(target.count >= source.count)
    let wide = (UInt64(key) << 32 | UInt64(key)).bigEndian
    var i = 0
    while i + 8 <= source.count {
      let word = source.loadUnaligned(fromByteOffset: i, as: UInt64.self) ^ wide
      target.storeBytes(of: word, toByteOffset: i, as: UInt64.self)
      i += 8
    }
    while i < source.count {
      target[i] = source[i] ^ UInt8(truncatingIfNeeded: key >> (24 - 8 * UInt32(i & 3)))
      i += 1
    }
  }
}
