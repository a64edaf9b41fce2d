import NIOCore
import Primitives
import TestKit
import Testing

@testable import Sockets

@Suite struct WebSocketReaderTests {
  /// Everything a reader makes of `pieces`, the fault that ends it at last.
  private func read(
    _ pieces: [[UInt8]],
    side: WebSocketReader.Side = .server,
    maxMessageBytes: Int = 1_000,
    maxFragments: Int = 4
  ) -> [String] {
    var reader = WebSocketReader(side: side, maxMessageBytes: maxMessageBytes, maxFragments: maxFragments)
    var out: [String] = []
    do throws(WebSocketFault) {
      for piece in pieces {
        reader.receive(ByteBuffer(bytes: piece))
        while let event = try reader.next() { out.append(Self.name(event)) }
      }
    } catch {
      out.append("\(error)")
    }
    return out
  }

  private static func name(_ event: WebSocketReader.Event) -> String {
    switch event {
    case .text(let bytes): "text " + String(buffer: bytes)
    case .binary(let bytes): "binary " + Hex.encode(Array(buffer: bytes))
    case .ping(let bytes): "ping " + String(buffer: bytes)
    case .pong(let bytes): "pong " + String(buffer: bytes)
    case .close(let code, let reason): "close \(code?.rawValue ?? 0) \(reason)"
    }
  }

  private func frame(_ first: UInt8, _ payload: String = "") -> [UInt8] { ClientFrames.raw(first, Array(payload.utf8)) }

  /// RFC 6455 section 5.7.
  @Test func examplesOfTheSpecification() throws {
    let client: [(String, [String])] = [
      ("810548656c6c6f", ["text Hello"]), ("010348656c80026c6f", ["text Hello"]), ("890548656c6c6f", ["ping Hello"]),
    ]
    for (hex, events) in client { #expect(read([try Hex.decode(hex)], side: .client) == events) }
    #expect(read([try Hex.decode("818537fa213d7f9f4d5158")]) == ["text Hello"])
    #expect(read([try Hex.decode("8a8537fa213d7f9f4d5158")]) == ["pong Hello"])
    let long = [UInt8](repeating: 7, count: 65_536)
    for count in [256, 65_536] {
      let bytes = Array(buffer: WebSocketFrames.binary(ByteBuffer(bytes: long.prefix(count))))
      let events = read([bytes], side: .client, maxMessageBytes: 65_536)
      #expect(events == ["binary " + Hex.encode(long.prefix(count))])
    }
  }

  @Test func controlFramesComeBetweenFragments() {
    let bytes = frame(0x01, "a") + frame(0x89, "p") + frame(0x00, "b") + frame(0x8a) + frame(0x80, "c") + frame(0x82)
    #expect(read([bytes]) == ["ping p", "pong ", "text abc", "binary "])
    #expect(read(bytes.map { [$0] }) == ["ping p", "pong ", "text abc", "binary "])
  }

  @Test func charactersMayBeCutBetweenFragments() {
    let euro = Array("€".utf8)
    let bytes = ClientFrames.raw(0x01, [euro[0]]) + ClientFrames.raw(0x80, Array(euro[1...]))
    #expect(read([bytes]) == ["text €"])
  }

  @Test(
    arguments: [
      // Reserved bits, unknown opcodes.
      ([0xc1], WebSocketFault.reservedBits), ([0xa1], .reservedBits), ([0x91], .reservedBits), ([0x83], .unknownOpcode),
      ([0x87], .unknownOpcode), ([0x8b], .unknownOpcode), ([0x8f], .unknownOpcode),
      // Not masked.
      ([0x81, 0x00], .wrongMasking), ([0x81, 0x05, 0x48], .wrongMasking), ([0x89, 0x00], .wrongMasking),
      ([0x88, 0x02], .wrongMasking),
      // Control frames fragmented or too long.
      ([0x09, 0x80], .badControlFrame), ([0x08, 0x80], .badControlFrame), ([0x89, 0xfe], .badControlFrame),
      ([0x8a, 0xff], .badControlFrame),
      // Lengths not in their shortest form, or beyond 63 bits.
      ([0x81, 0xfe, 0x00, 0x7d], .badLength), ([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], .badLength),
      ([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], .badLength),
      ([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .badLength),
      // Continuation of nothing; a message inside a message.
      ([0x80, 0x80, 0, 0, 0, 0], .badFragment), ([0x00, 0x80, 0, 0, 0, 0], .badFragment),
      ([0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0], .badFragment),
      ([0x01, 0x80, 0, 0, 0, 0, 0x02, 0x80, 0, 0, 0, 0], .badFragment),
      // Too big: told by the header alone.
      ([0x81, 0xfe, 0x03, 0xe9, 0, 0, 0, 0], .messageTooBig),
      ([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], .messageTooBig),
      // Close frames with half a code or a code that may not be sent.
      ([0x88, 0x81, 0, 0, 0, 0, 0x03], .badCloseFrame), ([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], .badCloseFrame),
      ([0x88, 0x82, 0, 0, 0, 0, 0x00, 0x00], .badCloseFrame), ([0x88, 0x82, 0, 0, 0, 0, 0x13, 0x88], .badCloseFrame),
      ([0x88, 0x83, 0, 0, 0, 0, 0x03, 0xe8, 0xff], .invalidText),
      // Text that is not UTF-8.
      ([0x81, 0x81, 0, 0, 0, 0, 0xff], .invalidText), ([0x81, 0x82, 0, 0, 0, 0, 0xc0, 0x80], .invalidText),
      ([0x81, 0x83, 0, 0, 0, 0, 0xed, 0xa0, 0x80], .invalidText), ([0x81, 0x82, 0, 0, 0, 0, 0xe2, 0x82], .invalidText),
    ] as [([UInt8], WebSocketFault)]
  )
  func refuses(_ bytes: [UInt8], _ fault: WebSocketFault) {
    #expect(read([bytes]).last == "\(fault)")
    #expect(read(bytes.map { [$0] }).last == "\(fault)", "one byte at a time")
    #expect(read([bytes + frame(0x81, "x")]).last == "\(fault)", "nothing is read behind a fault")
  }

  @Test func aClientTakesNoMaskedFrame() {
    #expect(read([ClientFrames.text("x")], side: .client) == ["wrongMasking"])
  }

  @Test func boundsMessagesToTheByte() {
    let fits = String(repeating: "x", count: 1_000)
    #expect(read([frame(0x81, fits)]) == ["text " + fits])
    #expect(read([frame(0x81, fits + "x")]) == ["messageTooBig"])
    let half = String(repeating: "x", count: 500)
    #expect(read([frame(0x01, half) + frame(0x80, half)]) == ["text " + fits])
    #expect(read([frame(0x01, half) + frame(0x80, half + "x")]) == ["messageTooBig"])
  }

  @Test func boundsFragments() {
    let open = frame(0x01) + frame(0x00) + frame(0x00)
    #expect(read([open + frame(0x80)]) == ["text "])
    #expect(read([open + frame(0x00) + frame(0x00)]) == ["tooManyFragments"])
    #expect(read([open + frame(0x80) + open + frame(0x80)]) == ["text ", "text "])
  }

  @Test func givesNothingBehindAClose() {
    #expect(read([ClientFrames.close(1000) + frame(0x81, "x")]) == ["close 1000 "])
    #expect(read([frame(0x88), frame(0x81, "x")]) == ["close 0 "])
  }

  @Test func saysWhenItIsMidMessage() throws {
    var reader = WebSocketReader(side: .server, maxMessageBytes: 10, maxFragments: 10)
    #expect(!reader.isMidMessage)
    reader.receive(ByteBuffer(bytes: frame(0x01, "a")))
    #expect(try reader.next() == nil)
    #expect(reader.isMidMessage)
    reader.receive(ByteBuffer(bytes: frame(0x80, "b")))
    #expect(try reader.next() == .text(ByteBuffer(string: "ab")))
    #expect(try reader.next() == nil)
    #expect(!reader.isMidMessage)
    reader.receive(ByteBuffer(bytes: [0x81]))
    #expect(try reader.next() == nil)
    #expect(reader.isMidMessage)
  }

  /// However the network cuts the bytes, the events are the same.
  @Test(arguments: 1...60) func doesNotCareForPieces(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var bytes: [UInt8] = []
    for _ in 0..<30 {
      let text = String(repeating: "añ€", count: Int.random(in: 0...60, using: &random))
      let key = UInt32.random(in: .min ... .max, using: &random)
      switch Int.random(in: 0...5, using: &random) {
      case 0: bytes += ClientFrames.raw(0x89, Array("ping".utf8), mask: key)
      case 1: bytes += ClientFrames.raw(0x01, Array(text.utf8)) + ClientFrames.raw(0x80, Array("end".utf8), mask: key)
      case 2: bytes += ClientFrames.raw(0x82, Array(text.utf8), mask: key)
      default: bytes += ClientFrames.raw(0x81, Array(text.utf8), mask: key)
      }
    }
    if seed % 3 == 0 { bytes[Int.random(in: bytes.indices, using: &random)] ^= 0x11 }
    let pieces = random.pieces(of: bytes)
    let events = read(pieces)
    #expect(events == read([bytes]))
    if seed % 3 != 0 { #expect(events.count == 30) }
  }

  /// Chance bytes are refused soon and never held beyond the bound.
  @Test func survivesNoise() {
    var random = SeededRandom(seed: 11)
    var faults = 0
    for _ in 0..<3_000 {
      let bytes = (0..<Int.random(in: 1...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let events = read(random.pieces(of: bytes))
      if let last = events.last, WebSocketFault.allCases.contains(where: { "\($0)" == last }) { faults += 1 }
    }
    #expect(faults > 2_500)
  }
}
