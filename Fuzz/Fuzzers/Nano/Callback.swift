import Primitives

@testable import Nano

/// The cheap look never misses or misjudges what the full look finds; what old clients are told is true and short.
func fuzzCallback(_ body: Span<UInt8>) {
  let seen = Result { () throws(NanoRefusal) in try NanoCallback.destination(of: body) }
  let verdict = NoticeVerdict(callback: body)
  guard let callback = try? NanoCallback(decoding: body) else {
    guard case .reject(.malformed) = verdict else { broken("judged without being read: \(verdict)") }
    return
  }
  guard case .success(let destination) = seen else { broken("only the cheap look refuses: \(seen)") }
  let block = callback.spoken.block
  expect(destination == (callback.claimsSend ? block.destination : nil), "the cheap look sees another payee")
  if case .candidate(let send) = verdict { expect(send.destination == destination, "another payee by signature") }
  if let notice = ForwardedCallback(callback) { told(notice, callback) }
}

private func told(_ notice: ForwardedCallback, _ callback: NanoCallback) {
  let text = notice.bytes
  expect(text.count <= 1_024, "a notice of \(text.count) bytes, too long for the smallest clients")
  guard let again = try? NanoCallback(decoding: text.span) else { broken("told and not understood") }
  expect(again.account == callback.account && again.spoken.block == callback.spoken.block, "told another block")
  expect(again.hash == callback.spoken.block.hash, "told another hash")
  expect(again.amount == callback.amount && again.claimsSend, "told another amount")
  expect((try? NanoCallback.destination(of: text.span)) == callback.spoken.block.destination, "told another payee")
}
