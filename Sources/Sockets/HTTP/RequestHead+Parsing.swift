import NIOCore
import NIOHTTP1
import Primitives

extension RequestHead {
  /// At most so many header lines.
  static let maxLines = 100

  /// Reads a head: the request line and the header lines, each with its CR LF, without the empty line.
  ///
  /// - Throws: `HTTPFault` 400 where it is malformed or two parties could disagree about where the request ends, 405,
  ///   417, 431, 501 or 505 where it asks for what is not offered.
  init(parsing bytes: ByteBuffer) throws(HTTPFault) {
    let span = bytes.readableBytesUInt8Span
    let line = try RequestLine(parsing: span)
    var headers = RelevantHeaders()
    var cursor = HeaderCursor(at: line.end)
    var count = 0
    while let header = try cursor.next(in: span) {
      count += 1
      guard count <= Self.maxLines else { throw HTTPFault(431, "too many header lines") }
      try headers.note(header, in: span)
    }
    self.bytes = bytes
    method = line.method
    minorVersion = line.minorVersion
    targetRange = line.target
    firstLine = line.end
    framing = try headers.framing(minorVersion: line.minorVersion)
    keepsAlive = line.minorVersion == 1 && !headers.asksToClose
    expectsContinue = line.minorVersion == 1 && headers.expectsContinue && framing != .none
    guard headers.hosts == 1 || line.minorVersion == 0 && headers.hosts == 0 else {
      throw HTTPFault(400, "a request needs exactly one Host header")
    }
  }
}

/// `METHOD target HTTP/1.x`.
private struct RequestLine {
  let method: HTTPMethod
  let target: Range<Int>
  let minorVersion: Int
  /// Where the first header line starts.
  let end: Int

  init(parsing span: Span<UInt8>) throws(HTTPFault) {
    var i = 0
    while i < span.count, HeaderCursor.isTokenCharacter(span[i]) { i += 1 }
    guard (1...20).contains(i), i < span.count, span[i] == 0x20 else {
      throw HTTPFault(400, "a request does not start with a method")
    }
    method = Self.method(span, length: i)
    let start = i + 1
    i = start
    while i < span.count, span[i] > 0x20, span[i] < 0x7f { i += 1 }
    guard i > start, i < span.count, span[i] == 0x20 else { throw HTTPFault(400, "not a request target") }
    target = start..<i
    guard span[start] == UInt8(ascii: "/") || span[start] == UInt8(ascii: "*") && i == start + 1 else {
      throw HTTPFault(400, "a request target starts with a slash")
    }
    let version = i + 1
    guard version + 10 <= span.count, span.matches(version..<version + 5, "http/"), span[version + 6] == 0x2e,
      span[version + 8] == 0x0d, span[version + 9] == 0x0a
    else { throw HTTPFault(400, "a request line ends in HTTP/1.1") }
    guard span[version + 5] == UInt8(ascii: "1"), (0x30...0x31).contains(span[version + 7]) else {
      throw HTTPFault(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    minorVersion = Int(span[version + 7] - 0x30)
    end = version + 10
  }

  /// The method, in its exact case; without allocation for the usual ones.
  private static func method(_ span: Span<UInt8>, length: Int) -> HTTPMethod {
    switch (length, span[0]) {
    case (3, UInt8(ascii: "G")) where span[1] == UInt8(ascii: "E") && span[2] == UInt8(ascii: "T"): .GET
    case (4, UInt8(ascii: "P"))
    where span[1] == UInt8(ascii: "O") && span[2] == UInt8(ascii: "S") && span[3] == UInt8(ascii: "T"): .POST
    default: HTTPMethod(rawValue: span.text(0..<length))
    }
  }
}

/// The headers that decide where a request ends and what becomes of the connection.
private struct RelevantHeaders {
  var hosts = 0
  var asksToClose = false
  var expectsContinue = false
  private var length: Int?
  private var isChunked = false

  mutating func note(_ line: HeaderCursor.Line, in span: Span<UInt8>) throws(HTTPFault) {
    switch line.name.count {
    case 4 where span.matches(line.name, "host"): hosts += 1
    case 6 where span.matches(line.name, "expect"):
      guard span.matches(line.value, "100-continue") else { throw HTTPFault(417, "only 100-continue can be expected") }
      expectsContinue = true
    case 10 where span.matches(line.name, "connection"):
      asksToClose = asksToClose || span.list(line.value, holds: "close")
    case 14 where span.matches(line.name, "content-length"):
      guard length == nil else { throw HTTPFault(400, "two Content-Length headers") }
      length = try Self.number(line.value, in: span)
    case 17 where span.matches(line.name, "transfer-encoding"):
      guard !isChunked else { throw HTTPFault(400, "two Transfer-Encoding headers") }
      guard span.matches(line.value, "chunked") else { throw HTTPFault(501, "only chunked is known as an encoding") }
      isChunked = true
    default: break
    }
  }

  func framing(minorVersion: Int) throws(HTTPFault) -> RequestHead.Framing {
    if isChunked {
      guard length == nil else { throw HTTPFault(400, "both Content-Length and Transfer-Encoding") }
      guard minorVersion == 1 else { throw HTTPFault(400, "HTTP/1.0 has no Transfer-Encoding") }
      return .chunked
    }
    guard let length, length > 0 else { return .none }
    return .length(length)
  }

  private static func number(_ range: Range<Int>, in span: Span<UInt8>) throws(HTTPFault) -> Int {
    guard (1...15).contains(range.count) else { throw HTTPFault(400, "not a Content-Length") }
    var value = 0
    for i in range {
      guard (0x30...0x39).contains(span[i]) else { throw HTTPFault(400, "not a Content-Length") }
      value = value * 10 + Int(span[i] - 0x30)
    }
    return value
  }
}
