import DeviceWire
import Primitives

/// Every message of the device link, both ways: refused, or written and read again as the same.
func fuzzDeviceMessage(_ json: Span<UInt8>) {
  if let message = try? DeviceMessage(decoding: json) {
    let text = written { message.encode(into: &$0) }
    expect((try? DeviceMessage(decoding: text.span)) == message, "read again as another: \(message)")
  }
  if let message = try? ServerMessage(decoding: json) {
    let text = written { message.encode(into: &$0) }
    expect((try? ServerMessage(decoding: text.span)) == message, "read again as another: \(message)")
  }
  if let challenge = try? Challenge(decoding: json) {
    let text = challenge.encoded()
    expect((try? Challenge(decoding: text.span)) == challenge, "a challenge is read again as another")
  }
  if let knock = try? Knock(decoding: json) {
    let text = knock.encoded()
    expect((try? Knock(decoding: text.span)) == knock, "a knock is read again as another")
  }
  do { _ = try DeviceMessage(decoding: json) } catch {
    guard case .notUnderstood(let name) = error else { return }
    expect(name.utf8.count <= 32, "a long name is repeated")
    let text = written { DeviceMessage.unknown(Unknown(name: name)).encode(into: &$0) }
    expect((try? DeviceMessage(decoding: text.span)) == .unknown(Unknown(name: name)), "an unknown is not understood")
  }
}

private func written(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
  var writer = JSONWriter()
  body(&writer)
  return writer.bytes
}
