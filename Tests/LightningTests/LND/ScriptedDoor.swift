import AsyncHTTPClient
import Foundation
import Lightning
import NIOCore
import NIOPosix
import Sockets
import Synchronization
import TestKit

/// A server of a test's own: each request goes to a closure, which answers with bytes as they are, whenever it likes.
final class ScriptedDoor: Sendable {
  struct Request: Sendable {
    let method: String
    let target: String
    /// By their names in lower case.
    let headers: [String: String]
    let body: String

    var path: String { String(target.prefix { $0 != "?" }) }
    /// A value of the query.
    func query(_ name: String) -> String? {
      URLComponents(string: target)?.queryItems?.first { $0.name == name }?.value
    }
  }

  /// The way back to the asker.
  struct Answer: Sendable {
    let channel: any Channel

    func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
    func close() { channel.close(promise: nil) }

    /// A whole answer of JSON.
    func json(_ text: String, status: Int = 200, headers: String = "") {
      let head = "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n\(headers)"
      send("\(head)Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }

    /// The head of an answer in pieces.
    func streamHead() {
      send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    }

    /// One piece of it.
    func chunk(_ text: String) { send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }

    /// The end of it.
    func lastChunk() { send("0\r\n\r\n") }
  }

  typealias Script = @Sendable (Request, Answer) -> Void

  let port: Int
  private let channel: any Channel
  private let log: Log

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
    let script: Mutex<Script>
    init(_ script: @escaping Script) { self.script = Mutex(script) }
  }

  /// What was asked so far.
  var requests: [Request] { log.requests.withLock { $0 } }
  /// The paths with their queries that were asked for so far.
  var targets: [String] { requests.map(\.target) }

  /// Answers in another way from now on.
  func follow(_ script: @escaping Script) { log.script.withLock { $0 = script } }

  private init(_ channel: any Channel, _ log: Log) {
    self.channel = channel
    self.log = log
    port = channel.localAddress?.port ?? 0
  }

  /// Runs `body` with a server on a free port of this machine, with TLS where it is given.
  static func with(
    tls: ServerTLS? = nil,
    _ script: @escaping Script,
    _ body: (ScriptedDoor) async throws -> Void
  ) async throws {
    let log = Log(script)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try tls?.secure(channel)
          try channel.pipeline.syncOperations.addHandler(Reader(log))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<Void, any Error>
    do { result = .success(try await body(ScriptedDoor(channel, log))) } catch { result = .failure(error) }
    try await channel.close()
    try result.get()
  }

  /// Reads requests: head, and as many bytes of body as it says.
  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let log: Log
    private var bytes: [UInt8] = []

    init(_ log: Log) { self.log = log }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += Array(buffer: Self.unwrapInboundIn(data))
      while let request = next() {
        log.requests.withLock { $0.append(request) }
        log.script.withLock { $0 }(request, Answer(channel: context.channel))
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func next() -> Request? {
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { return nil }
      let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
      }
      let headBytes = text[..<end.upperBound].utf8.count
      let count = headers["content-length"].flatMap(Int.init) ?? 0
      guard bytes.count >= headBytes + count else { return nil }
      let body = String(decoding: bytes[headBytes..<headBytes + count], as: UTF8.self)
      bytes.removeFirst(headBytes + count)
      let words = lines[0].split(separator: " ")
      guard words.count > 1 else { return nil }
      return Request(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
    }
  }
}

/// Runs something with a client of nodes, and takes it down.
func withNodeClient(_ body: (HTTPClient) async throws -> Void) async throws {
  let client = NodeHTTP.client()
  let result: Result<Void, any Error>
  do { result = .success(try await body(client)) } catch { result = .failure(error) }
  try await client.shutdown()
  try result.get()
}
