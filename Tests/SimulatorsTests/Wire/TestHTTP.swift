import Foundation
import Primitives

/// One HTTP request or answer, as it went over the wire.
struct TestMessage {
  let lines: [String]
  let body: [UInt8]

  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    body = Array(bytes[end.upperBound...])
  }

  var firstLine: String { lines.first ?? "" }
  var text: String { String(decoding: body, as: UTF8.self) }

  func header(_ name: String) -> String? {
    lines.dropFirst().first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }.map {
      String($0.dropFirst(name.count + 2))
    }
  }

  var isWhole: Bool { header("Content-Length").flatMap { Int($0) }.map { body.count >= $0 } ?? true }
}

enum TestHTTP {
  /// Posts a body and gives the whole answer; nil where none came in time, or not all of it.
  static func request(
    _ url: String,
    _ body: String = "",
    method: String = "POST",
    headers: [String] = [],
    withinMS: Int = 5_000
  ) async throws -> TestMessage? {
    let parts = url.dropFirst("http://".count).split(separator: "/", maxSplits: 1)
    let port = Int(parts[0].split(separator: ":").last ?? "") ?? 0
    let path = parts.count > 1 ? "/" + parts[1] : "/"
    let socket = try await TestSocket.connect(port: port)
    let head = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: close"] + headers
    let bytes = Array(body.utf8)
    let text = (head + ["Content-Length: \(bytes.count)", "", ""]).joined(separator: "\r\n")
    try await socket.send(Array(text.utf8) + bytes)
    return TestMessage(try await socket.receiveAll(withinMS: withinMS))
  }

  /// Reads one request from a connection and answers it.
  static func serve(_ socket: TestSocket, status: String = "200 OK") async throws -> TestMessage? {
    var bytes: [UInt8] = []
    while true {
      if let message = TestMessage(bytes), message.isWhole {
        try await socket.send(Array("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n".utf8))
        return message
      }
      guard let more = try await socket.receive(), !more.isEmpty else { return nil }
      bytes += more
    }
  }
}
