import DeviceWire
import Primitives

/// The same calls over arrays: an expectation cannot hold a span.
extension ServerSession {
  mutating func open(_ frame: [UInt8], nowMS: Int64) throws(LinkRefusal) -> Received {
    try open(frame.span, nowMS: nowMS)
  }

  mutating func hello(
    _ frame: [UInt8],
    nowMS: Int64,
    expecting expected: WireText? = nil,
    key: (WireText, UInt32) -> Bytes32?
  ) throws(LinkRefusal) -> Hello {
    try hello(frame.span, nowMS: nowMS, expecting: expected, key: key)
  }
}

extension ServerMessage {
  init(decoding json: String) throws(MessageRefusal) { try self.init(decoding: Array(json.utf8).span) }
}

extension DeviceMessage {
  init(decoding json: String) throws(MessageRefusal) { try self.init(decoding: Array(json.utf8).span) }
}
