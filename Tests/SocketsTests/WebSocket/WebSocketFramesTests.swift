import NIOCore
import Primitives
import TestKit
import Testing

@testable import Sockets

@Suite struct WebSocketFramesTests {
  private func hex(_ buffer: ByteBuffer) -> String { Hex.encode(Array(buffer: buffer)) }

  /// RFC 6455 section 5.7.
  @Test func examplesOfTheSpecification() {
    #expect(hex(WebSocketFrames.text("Hello")) == "810548656c6c6f")
    #expect(hex(WebSocketFrames.text("Hello", mask: 0x37fa_213d)) == "818537fa213d7f9f4d5158")
    #expect(hex(WebSocketFrames.ping(ByteBuffer(string: "Hello"))) == "890548656c6c6f")
    #expect(hex(WebSocketFrames.pong(ByteBuffer(string: "Hello"), mask: 0x37fa_213d)) == "8a8537fa213d7f9f4d5158")
    #expect(hex(WebSocketFrames.binary(ByteBuffer(repeating: 7, count: 256))).hasPrefix("827e01000707"))
    #expect(hex(WebSocketFrames.binary(ByteBuffer(repeating: 7, count: 65_536))).hasPrefix("827f00000000000100000707"))
  }

  @Test(arguments: [
    (0, "8100"), (125, "817d"), (126, "817e007e"), (65_535, "817effff"), (65_536, "817f0000000000010000"),
  ])
  func lengthsAreShortest(_ count: Int, _ header: String) {
    let frame = WebSocketFrames.text([UInt8](repeating: 0x41, count: count))
    #expect(hex(frame).hasPrefix(header))
    #expect(frame.readableBytes == header.utf8.count / 2 + count)
  }

  @Test func closeFrames() {
    #expect(hex(WebSocketFrames.close()) == "8800")
    #expect(hex(WebSocketFrames.close(.normal)) == "880203e8")
    #expect(hex(WebSocketFrames.close(.goingAway, reason: "bye")) == "880503e9627965")
    // 123 bytes of reason fit; characters are not cut in two.
    let long = WebSocketFrames.close(.normal, reason: String(repeating: "é", count: 100))
    #expect(long.readableBytes == 2 + 2 + 122)
  }

  @Test func controlFramesAreCut() {
    #expect(WebSocketFrames.ping(ByteBuffer(repeating: 1, count: 200)).readableBytes == 127)
    #expect(WebSocketFrames.pong(ByteBuffer(repeating: 1, count: 125)).readableBytes == 127)
  }

  /// The wide mask is the byte-by-byte mask of the specification.
  @Test(arguments: 0...40) func masks(_ count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    let key = UInt32.random(in: .min ... .max, using: &random)
    let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    let frame = WebSocketFrames.binary(ByteBuffer(bytes: payload), mask: key)
    #expect(Array(buffer: frame) == ClientFrames.raw(0x82, payload, mask: key))
  }

  @Test(arguments: [
    (1000, true), (1001, true), (1003, true), (1004, false), (1005, false), (1006, false), (1007, true), (1014, true),
    (1015, false), (999, false), (0, false), (1016, false), (2999, false), (3000, true), (4999, true), (5000, false),
  ])
  func codesThatMayBeSent(_ code: Int, _ may: Bool) {
    #expect(WebSocketCloseCode(rawValue: UInt16(code)).mayBeSent == may)
  }
}
