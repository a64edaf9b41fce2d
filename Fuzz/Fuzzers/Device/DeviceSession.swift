import Primitives

@testable import DeviceWire

private let deviceKey = Bytes32(words: 1, 2, 3, 4)
private let serverNonce = SessionNonce(boot: 7, session: 8)

/// The server's half of a session: only a hello opens it, only rising counters go on.
///
/// The input is lines. The first is a hello's JSON and is sealed rightly; each further line is sealed with the next
/// counter, or one further where it begins with `+`, or taken as it is where it begins with `!`. The first byte of all
/// chooses the transport.
func fuzzDeviceSession(_ bytes: Span<UInt8>) {
  var input = InputCursor()
  let transport: LinkTransport = input.byte(bytes) & 1 == 0 ? .webSocket : .mqtt
  var lines = input.rest(bytes).split(separator: 0x0a, omittingEmptySubsequences: false)[...]
  var session = ServerSession(serverNonce: serverNonce, transport: transport, nowMS: 0)
  expect((try? Challenge(decoding: session.challenge.span))?.serverNonce == serverNonce, "another challenge")
  let first = Array(lines.removeFirst())
  guard case .hello(let hello)? = try? DeviceMessage(decoding: first.span) else {
    expect(!greet(&session, first), "opened by something else than a hello")
    return
  }
  let keys = SessionKeys(
    deviceKey: deviceKey,
    device: hello.device,
    serial: hello.keySerial,
    serverNonce: serverNonce,
    deviceNonce: hello.deviceNonce
  )
  let up = FrameKey(keys.up)
  guard let frame = seal(first, 1, up) else { return }
  expect(greet(&session, frame), "a proven hello is refused")
  expect(session.device == hello.device && session.heard?.counter == 1, "another device")
  expect(!greet(&session, frame), "one challenge, two hellos")
  speak(&session, lines.prefix(16), up, FrameKey(keys.down))
}

private func speak(
  _ session: inout ServerSession,
  _ lines: ArraySlice<ArraySlice<UInt8>>,
  _ up: FrameKey,
  _ down: FrameKey
) {
  var counter: UInt64 = 1
  var sent: UInt64 = 0
  for line in lines {
    var text = Array(line)
    let mark = text.first
    if mark == UInt8(ascii: "!") || mark == UInt8(ascii: "+") { text.removeFirst() }
    if mark != UInt8(ascii: "!") {
      counter += mark == UInt8(ascii: "+") ? 2 : 1
      guard let frame = seal(text, counter, up) else { return }
      text = frame
    }
    let before = session.heard?.counter ?? 0
    let received = Result { () throws(LinkRefusal) in try session.open(text.span, nowMS: 100) }
    let after = session.heard?.counter ?? 0
    expect(after >= before, "a counter ran backwards")
    if case .failure(.badMAC) = received { expect(after == before, "a stranger's frame counts") }
    if mark == UInt8(ascii: "!") { expect(after == before, "a frame nobody sealed is heard") }
    guard case .success(.notUnderstood(let name)) = received else { continue }
    guard let answer = try? session.seal(.unknown(Unknown(name: name))) else { broken("no answer to the unknown") }
    sent += 1
    expect((try? Frame.open(answer.span, key: down))?.counter == sent, "an answer out of order")
    expect((try? session.open(text.span, nowMS: 100)) == nil, "heard twice")
  }
}

private func greet(_ session: inout ServerSession, _ frame: [UInt8]) -> Bool {
  let hello = Result { () throws(LinkRefusal) in
    try session.hello(frame.span, nowMS: 10, key: { _, _ in deviceKey })
  }
  if case .success = hello { return true }
  return false
}

private func seal(_ json: [UInt8], _ counter: UInt64, _ key: FrameKey) -> [UInt8]? {
  try? Frame.seal(counter: counter, key: key) { writer in writer = JSONWriter(appendingTo: writer.bytes + json) }
}
