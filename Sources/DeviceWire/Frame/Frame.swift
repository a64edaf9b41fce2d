public import Primitives

/// One frame of the device link: `MAC SP COUNTER SP JSON`, at most 1,024 bytes of text.
///
/// MAC is the lower-case hex of the first 16 bytes of HMAC-SHA256 over every byte after the first space. It is checked
/// in constant time before anything behind it is looked at.
public enum Frame {
  /// The most bytes a frame has, MAC and counter included.
  public static let limit = 1_024

  private static let macLength = 32
  private static let space: UInt8 = 0x20

  /// A frame that was opened: its counter, and where its JSON is.
  public struct Opened: Equatable, Sendable {
    /// The counter; 1 or more.
    public let counter: UInt64
    /// The place of the JSON in the frame.
    public let json: Range<Int>
  }

  /// The frame around what `body` writes; `counter` is 1 or more.
  ///
  /// - Throws: `LinkRefusal.tooLong` above 1,024 bytes.
  public static func seal(
    counter: UInt64,
    key: FrameKey,
    _ body: (inout JSONWriter) -> Void
  ) throws(LinkRefusal) -> [UInt8] {
    precondition(counter > 0)
    var head: [UInt8] = []
    head.reserveCapacity(256)
    for _ in 0..<macLength { head.append(0x30) }
    head.append(space)
    DecimalDigits.append(counter, to: &head)
    head.append(space)
    var writer = JSONWriter(appendingTo: head)
    body(&writer)
    var frame = writer.bytes
    guard frame.count <= limit else { throw .tooLong(frame.count) }
    let mac = key.mac(of: frame.span)
    for i in 0..<macLength { frame[i] = mac[i] }
    return frame
  }

  /// Checks the MAC, then reads the counter.
  ///
  /// Whether the counter may follow the last one is the session's to say.
  ///
  /// - Throws: `LinkRefusal.tooLong`, `.malformed` or `.badMAC`.
  public static func open(_ frame: Span<UInt8>, key: FrameKey) throws(LinkRefusal) -> Opened {
    guard frame.count <= limit else { throw .tooLong(frame.count) }
    guard frame.count > macLength, frame[macLength] == space else { throw .malformed }
    let mac = key.mac(of: frame)
    guard equalInConstantTime(mac.span, frame.extracting(0..<macLength)) else { throw .badMAC }
    return try split(frame)
  }

  /// Where the JSON of a frame is, believed by nobody yet: a hello must be read to know which key would prove it.
  ///
  /// - Throws: `LinkRefusal.tooLong` or `.malformed`.
  static func split(_ frame: Span<UInt8>) throws(LinkRefusal) -> Opened {
    guard frame.count <= limit else { throw .tooLong(frame.count) }
    guard frame.count > macLength, frame[macLength] == space else { throw .malformed }
    let start = macLength + 1
    var end = start
    while end < frame.count, frame[end] != space { end += 1 }
    guard end < frame.count, let counter = DecimalDigits.uint64(frame, start..<end), counter > 0 else {
      throw .malformed
    }
    return Opened(counter: counter, json: end + 1..<frame.count)
  }
}

/// The key of one session and direction, ready to seal and open frames.
public struct FrameKey: Sendable {
  /// The state after the key, so that each frame starts from here.
  private let start: HMACSHA256

  /// A key; `T1` from device to server, `T2` from server to device.
  public init(_ key: Bytes32) { start = HMACSHA256(key: key) }

  /// The 32 hexadecimal digits that prove the bytes of `frame` after its first 33.
  func mac(of frame: Span<UInt8>) -> InlineArray<32, UInt8> {
    var mac = start
    mac.update(frame.extracting(33..<frame.count))
    let code = mac.finish()
    let digits: StaticString = "0123456789abcdef"
    var text = InlineArray<32, UInt8>(repeating: 0)
    for i in 0..<16 {
      text[2 * i] = digits.byte(at: Int(code[i] >> 4))
      text[2 * i + 1] = digits.byte(at: Int(code[i] & 15))
    }
    return text
  }
}
