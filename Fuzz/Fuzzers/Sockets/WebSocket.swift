import NIOCore
import Primitives

@testable import Sockets

private let maxMessageBytes = 300
private let maxFragments = 4

/// A connection's bytes are the same messages however the network cuts them; what is framed is read as the same.
///
/// The first byte says how they are cut (0 is one byte at a time), the second who reads.
func fuzzWebSocket(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  let step = input.byte(bytes) + 1
  let side: WebSocketReader.Side = input.byte(bytes) & 1 == 0 ? .server : .client
  let text = input.rest(bytes)
  let whole = read(text, step: max(1, text.count), side)
  let pieces = read(text, step: step, side)
  expect(whole == pieces, "cut into pieces of \(step): \(pieces), at once: \(whole)")
  framed(text, side)
}

private func read(_ text: [UInt8], step: Int, _ side: WebSocketReader.Side) -> [String] {
  var reader = WebSocketReader(side: side, maxMessageBytes: maxMessageBytes, maxFragments: maxFragments)
  var log: [String] = []
  var at = 0
  while at < text.count {
    let end = min(at + step, text.count)
    reader.receive(ByteBuffer(bytes: text[at..<end]))
    at = end
    do throws(WebSocketFault) {
      while let event = try reader.next() { log.append(describe(event)) }
    } catch {
      log.append("fault \(error)")
      expect(((try? reader.next()) ?? nil) == nil && !reader.isMidMessage, "something after a fault")
      return log
    }
  }
  return log
}

private func describe(_ event: WebSocketReader.Event) -> String {
  switch event {
  case .text(let message):
    expect(message.readableBytes <= maxMessageBytes, "a message beyond the bound")
    expect(String(validating: message.readableBytesView, as: UTF8.self) != nil, "a text that is no UTF-8")
    return "text " + Hex.encode(message.readableBytesView)
  case .binary(let message):
    expect(message.readableBytes <= maxMessageBytes, "a message beyond the bound")
    return "binary " + Hex.encode(message.readableBytesView)
  case .ping(let payload), .pong(let payload):
    expect(payload.readableBytes <= 125, "a long control frame")
    return "ping or pong " + Hex.encode(payload.readableBytesView)
  case .close(let code, let reason):
    expect(reason.utf8.count <= 123, "a long reason")
    expect(code == nil || code?.mayBeSent == true, "a code that may not be sent")
    return "close \(code?.rawValue ?? 0) \(reason)"
  }
}

/// What we frame ourselves, the other side reads as the same.
private func framed(_ text: [UInt8], _ side: WebSocketReader.Side) {
  let mask: UInt32? = side == .server ? 0x1234_5678 ^ UInt32(text.count) : nil
  let payload = ByteBuffer(bytes: text)
  var reader = WebSocketReader(side: side, maxMessageBytes: max(1, text.count), maxFragments: 1)
  reader.receive(WebSocketFrames.binary(payload, mask: mask))
  expect(((try? reader.next()) ?? nil) == .binary(payload), "framed and read as something else")
  guard let words = String(validating: text, as: UTF8.self) else { return }
  reader.receive(WebSocketFrames.text(words, mask: mask))
  expect(((try? reader.next()) ?? nil) == .text(payload), "framed as text and read as something else")
  reader.receive(WebSocketFrames.close(.policyViolation, reason: words, mask: mask))
  guard case .close(let code, let reason)? = (try? reader.next()) ?? nil else { broken("a close that is none") }
  expect(code == .policyViolation && words.utf8.starts(with: reason.utf8), "a close with another reason")
}
