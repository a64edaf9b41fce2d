import Foundation
import Primitives
import Testing

@testable import Simulators

/// An open stream of LND's REST, read chunk by chunk as it came over the wire.
final class LNDStreamReader {
  private let socket: TestSocket
  private var bytes: [UInt8] = []
  private(set) var head = ""
  /// Whether the stream has ended as it should.
  private(set) var isEnded = false

  private init(_ socket: TestSocket) { self.socket = socket }

  static func open(_ simulator: LightningSimulator, _ path: String) async throws -> LNDStreamReader {
    let url = try #require(simulator.lndURL)
    let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
    let reader = LNDStreamReader(try await TestSocket.connect(port: port))
    let macaroon = try simulator.macaroonHex
    try await reader.socket.send(
      Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nGrpc-Metadata-macaroon: \(macaroon)\r\n\r\n".utf8)
    )
    try await reader.readHead()
    return reader
  }

  private func readHead() async throws {
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        head = String(decoding: bytes[..<end.upperBound], as: UTF8.self)
        bytes.removeSubrange(..<end.upperBound)
        return
      }
      guard let more = try await socket.receive(), !more.isEmpty else { return }
      bytes += more
    }
  }

  /// The next line; nil where none comes in time, or the connection ends.
  func line(withinMS: Int = 5_000) async throws -> JSONValue? {
    while true {
      if let chunk = takeChunk() {
        guard !chunk.isEmpty else {
          isEnded = true
          return nil
        }
        #expect(chunk.last == 0x0a)
        return try JSONValue(parsing: chunk)
      }
      guard let more = try await socket.receive(withinMS: withinMS), !more.isEmpty else { return nil }
      bytes += more
    }
  }

  /// What is left when the connection has ended.
  func rest() async throws -> [UInt8] { bytes + (try await socket.receiveAll()) }

  func close() { socket.close() }

  private func takeChunk() -> [UInt8]? {
    guard let end = bytes.firstRange(of: [0x0d, 0x0a]),
      let count = Int(String(decoding: bytes[..<end.lowerBound], as: UTF8.self), radix: 16),
      bytes.count >= end.upperBound + count + 2
    else { return nil }
    let chunk = Array(bytes[end.upperBound..<end.upperBound + count])
    bytes.removeSubrange(..<(end.upperBound + count + 2))
    return chunk
  }
}

extension LightningSimulator {
  var macaroonHex: String {
    get throws { Hex.encode(Array(try Data(contentsOf: URL(filePath: macaroonFile)))) }
  }

  /// Asks LND's REST; status and answer.
  func lnd(
    _ method: String,
    _ path: String,
    _ body: String = "",
    macaroon: String? = nil
  ) async throws -> (status: String, json: JSONValue) {
    let url = try #require(lndURL) + path
    let shown = try macaroon ?? macaroonHex
    let answer = try #require(
      await TestHTTP.request(url, body, method: method, headers: ["Grpc-Metadata-macaroon: \(shown)"])
    )
    return (String(answer.firstLine.dropFirst("HTTP/1.1 ".count).prefix(3)), try JSONValue(parsing: answer.body))
  }

  /// Makes an invoice over REST; its hash in hex and in base 64.
  func lndInvoice(msat: UInt64 = 21_000, expiry: Int = 3600) async throws -> (hex: String, base64: String) {
    let made = try await lnd(
      "POST",
      "/v1/invoices",
      "{\"value_msat\":\"\(msat)\",\"memo\":\"m\",\"expiry\":\"\(expiry)\"}"
    )
    let base64 = try #require(made.json["r_hash"]?.string)
    return (Hex.encode(try #require(Data(base64Encoded: base64))), base64)
  }
}
