import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

private func closeDescriptor(_ descriptor: CInt) { close(descriptor) }
private func readDescriptor(_ descriptor: CInt, _ buffer: inout [UInt8]) -> Int {
  read(descriptor, &buffer, buffer.count)
}

/// A plain socket of the test's own, so that the server is met with bytes and nothing of its own code.
///
/// Blocking calls run on threads of their own: on Swift's few they could keep the server from running.
final class RawConnection: Sendable {
  private let descriptor: CInt
  private let heard = Mutex<(bytes: [UInt8], isOver: Bool)>(([], false))

  struct Failed: Error { let call: String, code: CInt }
  struct TooLate: Error { let heard: String }

  private init(_ descriptor: CInt) { self.descriptor = descriptor }

  static func open(port: Int, receiveBuffer: CInt? = nil) async throws -> RawConnection {
    try await offPool {
      let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw Failed(call: "socket", code: errno) }
      if var size = receiveBuffer {
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
      }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else {
        let code = errno
        closeDescriptor(descriptor)
        throw Failed(call: "connect", code: code)
      }
      return RawConnection(descriptor)
    }
  }

  func close() {
    shutdown(descriptor, CInt(SHUT_RDWR))
    closeDescriptor(descriptor)
  }

  /// Says that nothing more will be sent.
  func halfClose() { shutdown(descriptor, CInt(SHUT_WR)) }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws {
    let descriptor = descriptor
    try await offPool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // A server that has answered and closed may be written to in vain; its answer is what counts.
        if count <= 0 { return }
        sent += count
      }
    }
  }

  /// Everything until the other side closes, within ten seconds.
  func readToEnd() async throws -> [UInt8] {
    let descriptor = descriptor
    return try await offPool {
      var all: [UInt8] = []
      while let piece = try Self.read(descriptor, withinMS: 10_000) { all += piece }
      return all
    }
  }

  /// Reads on until `text` was heard; gives all that was heard since the last call.
  @discardableResult
  func wait(for text: String, withinMS: Int32 = 10_000) async throws -> String {
    let descriptor = descriptor
    let wanted = Array(text.utf8)
    var all = heard.withLock { heard in
      defer { heard.bytes = [] }
      return heard.bytes
    }
    let deadline = ContinuousClock.now + .milliseconds(Int(withinMS))
    while ContinuousClock.now < deadline {
      if let found = all.firstRange(of: wanted) {
        let end = found.upperBound
        let rest = Array(all[end...])
        heard.withLock { $0.bytes = rest }
        return String(decoding: all[..<end], as: UTF8.self)
      }
      let piece = try await offPool { try Self.read(descriptor, withinMS: withinMS) }
      guard let piece else { break }
      all += piece
    }
    throw TooLate(heard: String(decoding: all.suffix(2_000), as: UTF8.self))
  }

  /// Whether the other side closes within a time.
  func isClosed(withinMS: Int32) async -> Bool {
    let descriptor = descriptor
    let end = try? await offPool { () -> Bool in
      while let _ = try Self.read(descriptor, withinMS: withinMS) {}
      return true
    }
    return end ?? false
  }

  /// Some bytes; nil at the end.
  private static func read(_ descriptor: CInt, withinMS: Int32) throws -> [UInt8]? {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, withinMS) > 0 else { throw TooLate(heard: "") }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = readDescriptor(descriptor, &buffer)
    // A reset is an end too.
    guard count > 0 else { return nil }
    return Array(buffer[..<count])
  }
}
