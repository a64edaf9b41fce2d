import Foundation
import Synchronization

/// A server that answers each request as told, for commands that talk to one; each connection ends with its answer.
final class ScriptedServer: Sendable {
  /// A request as it came.
  struct Request: Sendable {
    let method: String
    let target: String
    let headers: [String: String]
    let body: String
  }

  /// What to do with a request.
  enum Answer: Sendable {
    /// An answer with a status, a content type and a body.
    case reply(Int, String, String)
    /// The connection is closed without a word.
    case hangUp

    static func json(_ text: String, status: Int = 200) -> Answer { .reply(status, "application/json", text) }
    static func problem(_ status: Int, _ title: String, _ detail: String) -> Answer {
      .reply(
        status,
        "application/problem+json",
        "{\"title\":\"\(title)\",\"detail\":\"\(detail)\",\"status\":\(status)}"
      )
    }
  }

  let url: String
  private let socket: Int32
  private let seen = Mutex<[Request]>([])
  private let answer: @Sendable (Request, Int) -> Answer

  /// The requests so far.
  var requests: [Request] { seen.withLock { $0 } }

  /// A server; `answer` is told how many requests came before.
  init(_ answer: @escaping @Sendable (Request, Int) -> Answer) throws {
    self.answer = answer
    socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = socket
    let isThere = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, pointer, &length) == 0
      }
    }
    guard isThere else { throw POSIXError(.EADDRINUSE) }
    url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else { return }
        self.serve(connection)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private func serve(_ connection: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      if let request = Self.parse(bytes) {
        let before = seen.withLock { seen in
          seen.append(request)
          return seen.count - 1
        }
        guard case .reply(let status, let type, let body) = answer(request, before) else { return }
        let head =
          "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        let reply = Array((head + body).utf8)
        _ = send(connection, reply, reply.count, Int32(MSG_NOSIGNAL))
        return
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }

  private static func parse(_ bytes: [UInt8]) -> Request? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let body = String(text[end.upperBound...])
    guard body.utf8.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0, words.count >= 2 else { return nil }
    return Request(method: words[0], target: words[1], headers: headers, body: body)
  }
}
