import NIOCore
import NIOHTTP1
import Primitives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A request to one of the toy HTTP doors.
struct ToyHTTPRequest {
  let method: HTTPMethod
  /// Decoded, without the query.
  let path: String
  let query: [String: String]
  let headers: HTTPHeaders
  let body: [UInt8]

  /// The body as a JSON object; an empty body is one without members.
  var json: JSONValue? { body.isEmpty ? .object([]) : try? JSONValue(parsing: body) }

  init(_ head: HTTPRequestHead, body: [UInt8]) {
    method = head.method
    headers = head.headers
    self.body = body
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = Self.decoded(parts.first ?? "", plusIsSpace: false)
    var query: [String: String] = [:]
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[Self.decoded(halves[0], plusIsSpace: true)] =
        halves.count > 1 ? Self.decoded(halves[1], plusIsSpace: true) : ""
    }
    self.query = query
  }

  /// The pairs of a form body.
  var form: [String: String] {
    var form: [String: String] = [:]
    for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      form[Self.decoded(halves[0], plusIsSpace: true)] =
        halves.count > 1 ? Self.decoded(halves[1], plusIsSpace: true) : ""
    }
    return form
  }

  private static func decoded(_ text: some StringProtocol, plusIsSpace: Bool) -> String {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, rest.count >= 2, let value = try? Hex.decode(Array(rest.prefix(2)).span).first {
        out.append(value)
        rest = rest.dropFirst(2)
      } else {
        out.append(plusIsSpace && byte == 0x2b ? 0x20 : byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// One connection to a toy HTTP door: requests one after the other, answers byte by byte as a fault wants them.
///
/// What is written may end anywhere, which the HTTP of the server itself never does.
final class ToyHTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let maxBodyBytes: Int
  private let respond: (ToyHTTPRequest, ToyHTTPConnection) -> Void
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isStreaming = false
  private var closesAfterAnswer = false
  /// Called once when the connection has ended.
  var whenClosed: (() -> Void)?

  init(maxBodyBytes: Int, _ respond: @escaping (ToyHTTPRequest, ToyHTTPConnection) -> Void) {
    self.maxBodyBytes = maxBodyBytes
    self.respond = respond
  }

  /// Puts the handlers of such a connection into a channel; called on its loop.
  static func add(to channel: any Channel, _ connection: ToyHTTPConnection) throws {
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
    try channel.pipeline.syncOperations.addHandlers([decoder, connection])
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    whenClosed?()
    whenClosed = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // What comes while an answer streams is not looked at.
    guard !isStreaming else { return }
    switch Self.unwrapInboundIn(data) {
    case .head(let new):
      head = new
      body = []
    case .body(let piece):
      guard body.count + piece.readableBytes <= maxBodyBytes else { return context.close(promise: nil) }
      body += Array(piece.readableBytesView)
    case .end:
      guard let head else { return }
      self.head = nil
      closesAfterAnswer = !head.isKeepAlive
      respond(ToyHTTPRequest(head, body: body), self)
    }
  }
}

// MARK: Answers

extension ToyHTTPConnection {
  func reply(_ status: Int, headers: [(String, String)] = [], json: JSONValue) {
    reply(status, headers: [("Content-Type", "application/json")] + headers, body: json.bytes())
  }

  func reply(_ status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
    answer(Self.bytes(status, headers: headers, body: body))
  }

  /// Writes a whole answer, and closes where the other side wants that.
  func answer(_ bytes: some Sequence<UInt8>) {
    write(bytes)
    if closesAfterAnswer { hangUp() }
  }

  /// An answer as it goes over the wire.
  static func bytes(_ status: Int, headers: [(String, String)], body: [UInt8]) -> [UInt8] {
    head(status, headers + [("Content-Length", String(body.count))]) + body
  }

  private static func head(_ status: Int, _ headers: [(String, String)]) -> [UInt8] {
    let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
    let lines = ["HTTP/1.1 \(status) \(reason)"] + headers.map { "\($0.0): \($0.1)" } + ["", ""]
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  /// Begins an answer without an end; what comes in from now on is not looked at.
  func beginStream() {
    isStreaming = true
    write(Self.head(200, [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]))
  }

  /// Writes a piece of a stream.
  func chunk(_ bytes: [UInt8]) { write(Self.chunk(bytes)) }

  /// A piece of a stream as it goes over the wire.
  static func chunk(_ bytes: [UInt8]) -> [UInt8] {
    Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0d, 0x0a]
  }

  func endStream() {
    answer(Array("0\r\n\r\n".utf8))
    isStreaming = false
  }

  /// Writes bytes as they are.
  func write(_ bytes: some Sequence<UInt8>) {
    context?.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
  }

  /// Closes after what was written.
  func hangUp() { context?.close(promise: nil) }

  /// Closes without a word, in the middle of whatever it is.
  func breakOff() { context?.channel.breakOff() }

  /// Closes so that the other side sees a reset.
  func reset() {
    guard let context else { return }
    if let option = context.channel as? any SocketOptionProvider {
      option.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { [weak self] _ in
        self?.breakOff()
      }
    } else {
      breakOff()
    }
  }
}
