import Primitives

@testable import Nano

/// The cheap look at the node's messages never misses a payment that the full look finds.
func fuzzNodeMessage(_ text: Span<UInt8>) {
  let seen = Result { () throws(NanoRefusal) in try NodeMessage.destination(of: text) }
  if let message = try? NodeMessage(decoding: text) {
    let verdict = NoticeVerdict(message)
    switch message {
    case .confirmation(let message): confirmed(message, text, seen, verdict)
    case .ack(let ack): expect(read(ack.text) == .ack(ack), "an acknowledgement is read as another")
    case .unconfirmedBlock, .other:
      if case .success(let destination) = seen { expect(destination == nil, "a payee where nothing is confirmed") }
    }
  }
  request(text)
}

private func confirmed(
  _ message: ConfirmationMessage,
  _ text: Span<UInt8>,
  _ seen: Result<Bytes32?, NanoRefusal>,
  _ verdict: NoticeVerdict
) {
  guard let spoken = message.spoken else {
    expect(verdict == .fetch(hash: message.hash), "a block that is not there is not fetched")
    return
  }
  switch seen {
  case .success(let destination):
    expect(destination == (message.claimsSend ? spoken.block.destination : nil), "the cheap look sees another payee")
  // Escapes in a value, or the block as a string, are nothing a node writes: the cheap look refuses them loudly.
  case .failure(let refusal): expect(text.copy.contains(0x5c), "only the cheap look refuses: \(refusal)")
  }
}

private func read(_ text: String) -> NodeMessage? {
  let bytes = Array(text.utf8)
  return try? NodeMessage(decoding: bytes.span)
}

private func request(_ text: Span<UInt8>) {
  guard let request = try? SocketRequest(decoding: text) else { return }
  let written = Array(request.text.utf8)
  guard let again = try? SocketRequest(decoding: written.span) else { broken("a request is not understood") }
  expect(again == request, "a request is understood as another")
}
