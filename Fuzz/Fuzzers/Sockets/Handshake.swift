import NIOCore
import Primitives

@testable import Sockets

/// A server's answer to our handshake is taken off whole, or not at all; never before it is complete.
///
/// The first byte says whether a subprotocol was asked for, the second where the answer is cut. An `@` in the answer
/// stands for the right proof of our key.
func fuzzHandshake(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  var options = WebSocketClientOptions()
  if input.byte(bytes) & 1 == 1 { options.subprotocol = "coinslot.v1" }
  let share = input.byte(bytes)
  let key = (0..<16).map { UInt8($0) }
  guard let endpoint = try? Endpoint(parsing: "ws://node.example:7078/"),
    let handshake = try? ClientHandshake(to: endpoint, options: options, key: key)
  else { broken("no handshake") }
  let proof = Array(HandshakeDigest.accept(HandshakeDigest.base64(key)).utf8)
  let answer = input.rest(bytes).flatMap { $0 == UInt8(ascii: "@") ? proof : [$0] }
  var whole = ByteBuffer(bytes: answer)
  let verdict = Result { () throws(WebSocketClientError) in try handshake.check(&whole) }
  guard case .success(let isComplete) = verdict else { return }
  let taken = answer.count - whole.readableBytes
  guard isComplete else {
    expect(taken == 0, "not complete, and taken off")
    return
  }
  expect(taken <= ClientHandshake.maxAnswerBytes, "an answer beyond the bound")
  expect(answer[..<taken].suffix(4) == [13, 10, 13, 10], "an answer without its end")
  let text = String(decoding: answer[..<taken], as: UTF8.self)
  expect(text.utf8.starts(with: "HTTP/1.".utf8) || text.lowercased().hasPrefix("http/1."), "not HTTP")
  expect(text.contains(String(decoding: proof, as: UTF8.self)), "taken without its proof")
  var part = ByteBuffer(bytes: answer[..<(taken * share / 256)])
  expect((try? handshake.check(&part)) == false, "taken before it was complete")
}
