import NIOCore
import Primitives

/// The opening handshake of a client (RFC 6455 section 4.1): makes the request, checks the answer.
struct ClientHandshake {
  /// The bytes of the request.
  let request: ByteBuffer
  private let accept: String
  private let subprotocol: String?

  static let maxAnswerBytes = 16_384

  /// A handshake; `key` is 16 fresh random bytes.
  ///
  /// - Throws: `WebSocketClientError.handshakeInvalid` where a header of the options could not be read as one.
  init(to endpoint: Endpoint, options: WebSocketClientOptions, key: [UInt8]) throws(WebSocketClientError) {
    let key = HandshakeDigest.base64(key)
    accept = HandshakeDigest.accept(key)
    subprotocol = options.subprotocol
    var headers: [(name: String, value: String)] = [
      ("Host", endpoint.authority), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
      ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key),
    ]
    if let subprotocol { headers.append(("Sec-WebSocket-Protocol", subprotocol)) }
    headers += options.headers
    var text = "GET \(endpoint.target) HTTP/1.1\r\n"
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(HeaderCursor.isTokenCharacter),
        value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
      else { throw .handshakeInvalid("a header to be sent is not one") }
      text += "\(name): \(value)\r\n"
    }
    request = ByteBuffer(string: text + "\r\n")
  }

  /// Checks the answer at the start of `input` and takes it off; false where it is not complete.
  ///
  /// - Throws: `WebSocketClientError.handshakeRefused` for another status than 101, `.handshakeInvalid` where the
  ///   answer is not what was asked for.
  func check(_ input: inout ByteBuffer) throws(WebSocketClientError) -> Bool {
    guard let end = HeaderCursor.endOfHead(input.readableBytesUInt8Span, from: 0) else {
      guard input.readableBytes < Self.maxAnswerBytes else { throw .handshakeInvalid("the answer is too long") }
      return false
    }
    guard end <= Self.maxAnswerBytes, let head = input.readSlice(length: end - 2) else {
      throw .handshakeInvalid("the answer is too long")
    }
    input.moveReaderIndex(forwardBy: 2)
    let span = head.readableBytesUInt8Span
    let (status, firstLine) = try Self.statusLine(span)
    guard status == 101 else { throw .handshakeRefused(status: status) }
    var answer = Answer()
    do throws(HTTPFault) {
      var cursor = HeaderCursor(at: firstLine)
      while let line = try cursor.next(in: span) { answer.note(line, in: span) }
    } catch {
      throw .handshakeInvalid(error.reason)
    }
    guard answer.upgrades else { throw .handshakeInvalid("the answer does not upgrade to a WebSocket") }
    guard answer.connects else { throw .handshakeInvalid("Connection does not list upgrade") }
    guard answer.accepts == [accept] else { throw .handshakeInvalid("Sec-WebSocket-Accept is not ours") }
    guard !answer.hasExtensions else { throw .handshakeInvalid("an extension that was not offered") }
    guard answer.subprotocols == (subprotocol.map { [$0] } ?? []) else {
      throw .handshakeInvalid("the server does not agree on the subprotocol")
    }
    return true
  }

  /// The headers that matter.
  private struct Answer {
    var upgrades = false
    var connects = false
    var hasExtensions = false
    var accepts: [String] = []
    var subprotocols: [String] = []

    mutating func note(_ line: HeaderCursor.Line, in span: Span<UInt8>) {
      if span.matches(line.name, "upgrade") {
        upgrades = span.matches(line.value, "websocket")
      } else if span.matches(line.name, "connection") {
        connects = connects || span.list(line.value, holds: "upgrade")
      } else if span.matches(line.name, "sec-websocket-accept") {
        accepts.append(span.text(line.value))
      } else if span.matches(line.name, "sec-websocket-extensions") {
        hasExtensions = hasExtensions || !line.value.isEmpty
      } else if span.matches(line.name, "sec-websocket-protocol") {
        subprotocols.append(span.text(line.value))
      }
    }
  }

  /// `HTTP/1.1 101 any text`.
  private static func statusLine(_ span: Span<UInt8>) throws(WebSocketClientError) -> (status: Int, end: Int) {
    var end = 0
    while end < span.count, span[end] != 0x0a { end += 1 }
    guard end >= 13, span.matches(0..<8, "http/1.1") || span.matches(0..<8, "http/1.0"), span[8] == 0x20,
      (9..<12).allSatisfy({ (0x30...0x39).contains(span[$0]) }), span[end - 1] == 0x0d
    else { throw .handshakeInvalid("the answer is not HTTP/1.1") }
    return ((9..<12).reduce(0) { $0 * 10 + Int(span[$1] - 0x30) }, end + 1)
  }
}
