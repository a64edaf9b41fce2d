import NIOCore
import NIOHTTP1
import Primitives
import TestKit
import Testing

@testable import Sockets

@Suite struct RequestReaderTests {
  /// Everything a reader makes of `pieces`, as text: heads, bodies, and the fault that ends it.
  private func read(_ pieces: [[UInt8]], maxHeadBytes: Int = 16_384, maxBodyBytes: Int = 1_000) -> [String] {
    var reader = RequestReader(maxHeadBytes: maxHeadBytes)
    var out: [String] = []
    do throws(HTTPFault) {
      for piece in pieces {
        reader.receive(ByteBuffer(bytes: piece))
        while let event = try reader.next() {
          switch event {
          case .head(let head):
            out.append("\(head.method) \(head.target) 1.\(head.minorVersion)\(head.keepsAlive ? "" : " close")")
            try reader.beginBody(maxBytes: maxBodyBytes)
          case .body(let body): out.append("<\(String(buffer: body))>")
          }
        }
      }
    } catch {
      out.append("\(error.status)")
    }
    return out
  }

  private func read(_ text: String) -> [String] { read([Array(text.utf8)]) }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / 1.1", "<>"]),
    ("GET / HTTP/1.0\r\n\r\n", ["GET / 1.0 close", "<>"]),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS * 1.1", "<>"]),
    ("\r\n\r\nGET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /a?b=c 1.1", "<>"]),
    ("POST /callback/ HTTP/1.1\r\nHost: a\r\ncontent-LENGTH:5\r\n\r\nhello", ["POST /callback/ 1.1", "<hello>"]),
    ("PATCH / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n", ["PATCH / 1.1 close", "<>"]),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhello\r\nA \r\n, my world\r\n0\r\nT: x\r\n\r\n",
      ["POST / 1.1", "<hello, my world>"]
    ),
    (
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\nHost:a\r\n\r\n",
      ["GET /1 1.1", "<>", "POST /2 1.1", "<x>", "GET /3 1.1", "<>"]
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["POST / 1.1", "<>"]),
    ("GET / HTTP/1.1\r\nHost: \r\nX:\t a\tb \r\n\r\n", ["GET / 1.1", "<>"]),
  ])
  func reads(_ text: String, _ expected: [String]) {
    #expect(read(text) == expected)
    #expect(read(Array(text.utf8).map { [$0] }) == expected, "one byte at a time")
  }

  @Test(arguments: [
    ("\u{16}\u{3}\u{1}", "400"), (" GET / HTTP/1.1\r\n\r\n", "400"), ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
    ("GET / HTTP/1.1\nHost: a\n\n\r\n\r\n", "400"), ("GET /\r\nHost: a\r\n\r\n", "400"),
    ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
    ("GET *a HTTP/1.1\r\nHost: a\r\n\r\n", "400"), ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
    ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", "400"), ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400"),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"), ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505"),
    ("GET / HTTP/11\r\nHost: a\r\n\r\n", "400"), ("GETGETGETGETGETGETGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"),
    ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: a\r\nX: a\nb: c\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
    ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", "417"),
  ])
  func refuses(_ text: String, _ status: String) {
    let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    #expect(read([bytes]) == [status])
    #expect(read(bytes.map { [$0] }) == [status], "one byte at a time")
  }

  @Test(arguments: [
    ("x\r\n", "400"), ("\r\n", "400"), ("5\r\nhelloo\r\n", "400"), ("5\nhello\r\n", "400"), ("5x\r\nhello\r\n", "400"),
    ("-1\r\n", "400"), ("3e9\r\n", "413"), ("3e8\r\n", ""), ("123456789\r\n", "413"), ("FFFFFFFF\r\n", "413"),
    ("12\(String(repeating: ";", count: 300))", "400"),
    ("0\r\n" + String(repeating: "A: b\r\n", count: 1_100), "431"),
  ])
  func refusesAsChunks(_ chunks: String, _ status: String) {
    let text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    let expected = ["POST / 1.1"] + (status.isEmpty ? [] : [status])
    #expect(read(text) == expected)
    #expect(read(Array(text.utf8).map { [$0] }) == expected, "one byte at a time")
  }

  @Test func boundsBodies() {
    let body = String(repeating: "x", count: 1_000)
    #expect(read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + body) == ["POST / 1.1", "<\(body)>"])
    #expect(read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n") == ["POST / 1.1", "413"])
    let chunks = "1f4\r\n\(String(repeating: "x", count: 500))\r\n"
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(read(chunked + chunks + chunks + "0\r\n\r\n") == ["POST / 1.1", "<\(body)>"])
    #expect(read(chunked + chunks + chunks + "1\r\n") == ["POST / 1.1", "413"])
  }

  @Test(arguments: [0, 1]) func boundsHeads(_ tooMany: Int) {
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    let text = start + String(repeating: "x", count: 200 - start.utf8.count - 4 + tooMany) + "\r\n\r\n"
    let expected = tooMany == 0 ? ["GET / 1.1", "<>"] : ["431"]
    #expect(read([Array(text.utf8)], maxHeadBytes: 200) == expected)
    #expect(read(Array(text.utf8).map { [$0] }, maxHeadBytes: 200) == expected)
  }

  @Test(arguments: [100, 101]) func boundsLines(_ count: Int) {
    let lines = String(repeating: "X: y\r\n", count: count - 1)
    #expect(read("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n") == (count == 100 ? ["GET / 1.1", "<>"] : ["431"]))
  }

  @Test func saysWhenItIsMidRequest() throws {
    var reader = RequestReader()
    #expect(!reader.isMidRequest)
    reader.receive(ByteBuffer(string: "GET"))
    #expect(try reader.next() == nil)
    #expect(reader.isMidRequest)
    reader.receive(ByteBuffer(string: " / HTTP/1.1\r\nHost: a\r\n\r\nrest"))
    guard case .head = try reader.next() else {
      Issue.record("no head")
      return
    }
    try reader.beginBody(maxBytes: 0)
    guard case .body = try reader.next() else {
      Issue.record("no body")
      return
    }
    #expect(String(buffer: reader.takeRest()) == "rest")
    #expect(!reader.isMidRequest)
  }

  @Test func readsHeaders() throws {
    let text =
      "GET /p?a=b?c HTTP/1.1\r\nHost: a\r\nUpgrade: h2c , WebSocket,\r\nupgrade:x\r\nEmpty:\r\nLatin: \u{e9}\r\n"
    let head = try RequestHead(parsing: ByteBuffer(string: text))
    #expect(head.path == "/p")
    #expect(head.isPath("/p"))
    for other in ["/P", "/", "/p?", "/p?a=b?c", "/pp"] as [StaticString] { #expect(!head.isPath(other)) }
    #expect(head.query == "a=b?c")
    #expect(head.first("upgrade") == "h2c , WebSocket,")
    #expect(head.count("upgrade") == 2)
    #expect(head.elements("upgrade") == ["h2c", "WebSocket", "x"])
    #expect(head.lists("websocket", in: "upgrade"))
    #expect(!head.lists("web", in: "upgrade"))
    #expect(head.first("empty") == "")
    #expect(head.first("latin") == "\u{e9}")
    #expect(head.first("missing") == nil)
    #expect(try RequestHead(parsing: ByteBuffer(string: "GET /p HTTP/1.1\r\nHost: a\r\n")).query == nil)
  }

  /// However the network cuts the bytes, the requests are the same.
  @Test(arguments: 1...40) func doesNotCareForPieces(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let text =
      "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"
      + "\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\nPUT /3 HTTP/1.1\r\nHost: c\r\nContent-Length: 7\r\n\r\nseven77"
      + (seed % 2 == 0 ? "GET /4 HTTP/1.1\r\n\r\n" : "")
    let bytes = Array(text.utf8)
    #expect(read(random.pieces(of: bytes)) == read([bytes]))
  }

  /// Damaged requests are read or refused, and in the end nothing is read behind a fault.
  @Test func survivesDamage() {
    var random = SeededRandom(seed: 7)
    let text = "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    var refused = 0
    for _ in 0..<5_000 {
      var bytes = Array(text.utf8)
      for _ in 0...Int.random(in: 0...2, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let events = read(random.pieces(of: bytes))
      #expect(events == read([bytes]))
      if events.last.flatMap({ Int($0) }) != nil { refused += 1 }
    }
    #expect(refused > 1_000)
  }
}
