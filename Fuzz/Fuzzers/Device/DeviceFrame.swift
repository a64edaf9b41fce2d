import Primitives

@testable import DeviceWire

private let key = FrameKey(Bytes32.zero)

/// A frame is what was sealed, to the last bit, or it is refused.
///
/// The input is a frame; and what stands after its first 33 bytes is sealed rightly as well.
func fuzzDeviceFrame(_ bytes: Span<UInt8>) {
  _ = try? Frame.open(bytes, key: key)
  if let split = try? Frame.split(bytes) { holds(split, bytes) }
  guard bytes.count > 33 else { return }
  var frame = bytes.copy
  frame[32] = 0x20
  let mac = key.mac(of: frame.span)
  for i in 0..<32 { frame[i] = mac[i] }
  guard let opened = try? Frame.open(frame.span, key: key) else { return }
  holds(opened, frame.span)
  let json = frame[opened.json]
  let again = try? Frame.seal(counter: opened.counter, key: key) { writer in
    writer = JSONWriter(appendingTo: writer.bytes + json)
  }
  expect(again == frame, "sealed again it is another frame")
  let place = Int(bytes[0]) % frame.count
  frame[place] ^= 1 << (bytes[1] & 7)
  expect((try? Frame.open(frame.span, key: key)) == nil, "one bit was turned and it is still a frame")
}

private func holds(_ opened: Frame.Opened, _ frame: Span<UInt8>) {
  expect(frame.count <= Frame.limit, "a frame beyond the bound")
  expect(opened.counter > 0, "a counter of nothing")
  expect(opened.json.upperBound == frame.count && opened.json.lowerBound > 34, "JSON outside the frame")
}
