import Foundation

/// A WebSocket over a `TestSocket`, either side, just enough for tests: whole text frames, no extensions.
actor TestWebSocket {
  private let socket: TestSocket
  private let isServer: Bool
  private var received: [UInt8]

  /// How the other side ended, if it did.
  enum End: Equatable { case closeFrame(UInt16?), withoutCloseFrame }
  private(set) var end: End?

  private init(_ socket: TestSocket, isServer: Bool, received: [UInt8]) {
    self.socket = socket
    self.isServer = isServer
    self.received = received
  }

  struct HandshakeFailed: Error { let answer: String }

  static func connect(_ url: String, subprotocol: String? = nil, withinMS: Int = 5_000) async throws -> TestWebSocket {
    let port = Int(url.split(separator: ":").last?.split(separator: "/").first ?? "") ?? 0
    let socket = try await TestSocket.connect(port: port)
    var head = [
      "GET / HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13",
    ]
    if let subprotocol { head.append("Sec-WebSocket-Protocol: \(subprotocol)") }
    try await socket.send(Array((head + ["", ""]).joined(separator: "\r\n").utf8))
    var bytes: [UInt8] = []
    while true {
      if let answer = TestMessage(bytes) {
        guard answer.firstLine.hasPrefix("HTTP/1.1 101") else { throw HandshakeFailed(answer: answer.firstLine) }
        return TestWebSocket(socket, isServer: false, received: answer.body)
      }
      guard let more = try await socket.receive(withinMS: withinMS), !more.isEmpty else {
        throw HandshakeFailed(answer: "")
      }
      bytes += more
    }
  }

  /// The server's side of a connection, with the digest worked out by the caller's tool.
  static func accept(_ socket: TestSocket, subprotocol: String) async throws -> TestWebSocket {
    var bytes: [UInt8] = []
    while true {
      if let request = TestMessage(bytes), let key = request.header("Sec-WebSocket-Key") {
        let answer = [
          "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
          "Sec-WebSocket-Accept: \(SHA1.accept(key))", "Sec-WebSocket-Protocol: \(subprotocol)", "", "",
        ]
        try await socket.send(Array(answer.joined(separator: "\r\n").utf8))
        return TestWebSocket(socket, isServer: true, received: request.body)
      }
      guard let more = try await socket.receive(), !more.isEmpty else { throw HandshakeFailed(answer: "") }
      bytes += more
    }
  }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ payload: [UInt8], opcode: UInt8 = 1) async throws {
    let mask: UInt8 = isServer ? 0 : 0x80
    var frame: [UInt8] = [0x80 | opcode]
    switch payload.count {
    case ...125: frame.append(mask | UInt8(payload.count))
    case ...0xffff: frame += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default: frame += [mask | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 255) }
    }
    // A mask of zeros is a mask.
    if !isServer { frame += [0, 0, 0, 0] }
    try await socket.send(frame + payload)
  }

  /// The next text; nil where none comes within the time or the other side has ended, which `end` then tells.
  func next(withinMS: Int = 5_000) async throws -> String? {
    let deadline = Date().addingTimeInterval(Double(withinMS) / 1000)
    while end == nil {
      if let (opcode, payload) = frame() {
        switch opcode {
        case 1: return String(decoding: payload, as: UTF8.self)
        case 8: end = .closeFrame(payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil)
        case 9: try await send(payload, opcode: 10)
        default: break
        }
        continue
      }
      let left = Int(deadline.timeIntervalSinceNow * 1000)
      guard left > 0, let more = try await socket.receive(withinMS: left) else { return nil }
      if more.isEmpty { end = .withoutCloseFrame } else { received += more }
    }
    return nil
  }

  func close() { socket.close() }

  private func frame() -> (UInt8, [UInt8])? {
    guard received.count >= 2 else { return nil }
    let isMasked = received[1] & 0x80 != 0
    var length = Int(received[1] & 0x7f)
    var start = 2
    let extra = length == 126 ? 2 : length == 127 ? 8 : 0
    if extra > 0 {
      guard received.count >= 2 + extra else { return nil }
      length = received[2..<2 + extra].reduce(0) { $0 << 8 | Int($1) }
      start += extra
    }
    let mask = isMasked ? Array(received.dropFirst(start).prefix(4)) : [0, 0, 0, 0]
    if isMasked { start += 4 }
    guard received.count >= start + length, mask.count == 4 else { return nil }
    let payload = received[start..<start + length].enumerated().map { $1 ^ mask[$0 & 3] }
    let opcode = received[0] & 0x0f
    received.removeFirst(start + length)
    return (opcode, payload)
  }
}

/// SHA-1 (FIPS 180-4), which the WebSocket handshake wants.
enum SHA1 {
  static func accept(_ key: String) -> String {
    Data(digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
  }

  static func digest(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    var bytes = message + [0x80]
    bytes += [UInt8](repeating: 0, count: (120 - bytes.count % 64) % 64)
    let bits = UInt64(message.count) * 8
    bytes += (0..<8).map { UInt8(bits >> (56 - 8 * $0) & 255) }
    func turn(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }
    for block in stride(from: 0, to: bytes.count, by: 64) {
      var words = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + 4 * i + $1]) } }
      for i in 16..<80 { words.append(turn(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1)) }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for (i, word) in words.enumerated() {
        let mix: UInt32
        let constant: UInt32
        switch i {
        case ..<20: (mix, constant) = (d ^ (b & (c ^ d)), 0x5a82_7999)
        case ..<40: (mix, constant) = (b ^ c ^ d, 0x6ed9_eba1)
        case ..<60: (mix, constant) = ((b & c) | (d & (b | c)), 0x8f1b_bcdc)
        default: (mix, constant) = (b ^ c ^ d, 0xca62_c1d6)
        }
        let next = turn(a, 5) &+ mix &+ e &+ constant &+ word
        (a, b, c, d, e) = (next, a, turn(b, 30), c, d)
      }
      for (i, word) in [a, b, c, d, e].enumerated() { state[i] &+= word }
    }
    return state.flatMap { word in (0..<4).map { UInt8(word >> (24 - 8 * $0) & 255) } }
  }
}
