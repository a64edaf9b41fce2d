import NIOCore
import NIOHTTP1
import Primitives

@testable import Gateway
@testable import Sockets

private let maxHeadBytes = 600
private let maxBodyBytes = 500

/// A connection's bytes are the same requests however the network cuts them, and no bound is passed.
///
/// The first byte says how they are cut; 0 is one byte at a time.
func fuzzHTTP(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  let step = input.byte(bytes) + 1
  let text = input.rest(bytes)
  let whole = read(text, step: max(1, text.count))
  let pieces = read(text, step: step)
  expect(whole == pieces, "cut into pieces of \(step): \(pieces), at once: \(whole)")
}

private func read(_ text: [UInt8], step: Int) -> [String] {
  var reader = RequestReader(maxHeadBytes: maxHeadBytes)
  var log: [String] = []
  var at = 0
  while at < text.count {
    let end = min(at + step, text.count)
    reader.receive(ByteBuffer(bytes: text[at..<end]))
    at = end
    guard drain(&reader, &log) else { return log }
  }
  return log
}

/// Takes every event that is there; false after a fault.
private func drain(_ reader: inout RequestReader, _ log: inout [String]) -> Bool {
  do throws(HTTPFault) {
    while let event = try reader.next() {
      switch event {
      case .head(let head):
        log.append(describe(head))
        try reader.beginBody(maxBytes: maxBodyBytes)
      case .body(let body):
        expect(body.readableBytes <= maxBodyBytes, "a body of \(body.readableBytes) bytes")
        log.append("body " + Hex.encode(body.readableBytesView))
      }
    }
    return true
  } catch {
    expect((400..<600).contains(error.status), "a fault with status \(error.status)")
    log.append("fault \(error.status) \(error.reason.text)")
    let after = Result { () throws(HTTPFault) in try reader.next() == nil }
    expect((try? after.get()) == true, "something after a fault")
    return false
  }
}

private let rule = OriginRule(
  listening: [(try? ListenAddress(parsing: "127.0.0.1:7090"))].compactMap(\.self),
  names: ["box"],
  origins: ["https://shop.example.org"]
)

/// Everything that is ever asked of a head.
private func describe(_ head: RequestHead) -> String {
  expect(head.bytes.readableBytes <= maxHeadBytes, "a head beyond the bound")
  expect(head.isPath("/callback/") == (head.path == "/callback/"), "two opinions about the path")
  expect(head.target == head.path + (head.query.map { "?" + $0 } ?? ""), "path and query are not the target")
  expect(head.count("origin") == 0 ? head.mayOpenSocket(by: rule) : true, "no Origin, and refused")
  expect((head.first("host") != nil) == (head.count("host") > 0), "first and count disagree")
  expect(!head.hasHeader(named: ["via"], orStartingWith: []) || head.isRelayed, "via, and not relayed")
  let upgrade = Result { () throws(HTTPFault) in try WebSocketHandshake(checking: head, subprotocol: "coinslot.v1") }
  if case .success(let answer) = upgrade {
    expect(head.lists("websocket", in: "upgrade") && head.method == .GET, "an upgrade nobody asked for")
    let text = String(buffer: answer.switchingProtocols)
    expect(text.hasSuffix("\r\n\r\n") && text.split(separator: "\r\n").count == 5, "an answer with a line too many")
  }
  return "\(head.method.rawValue) \(head.target) 1.\(head.minorVersion) \(head.framing) \(head.keepsAlive) "
    + "\(head.expectsContinue) \(head.isRelayed) \(head.announcesJSON) \(head.mayOpenSocket(by: rule)) "
    + "\(head.elements("connection")) \(head.first("host") ?? "-")"
}
