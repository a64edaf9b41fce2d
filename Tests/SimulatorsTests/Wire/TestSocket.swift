import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A TCP connection without any library between the test and the bytes.
///
/// Calls block, so they run on threads of their own; each reads until its deadline.
final class TestSocket: Sendable {
  private let descriptor: Int32

  struct Failed: Error {
    let what: String
    let code: Int32

    init(_ what: String) {
      self.what = what
      code = errno
    }
  }

  fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = Glibc.close(descriptor) }

  static func connect(port: Int) async throws -> TestSocket {
    try await blocking {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw Failed("socket") }
      var address = loopback(port)
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else {
        defer { _ = Glibc.close(descriptor) }
        throw Failed("connect")
      }
      return TestSocket(descriptor)
    }
  }

  func send(_ bytes: [UInt8]) async throws {
    try await blocking { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { raw in
          raw.baseAddress.map { Glibc.send(descriptor, $0 + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) } ?? 0
        }
        guard count > 0 else { throw Failed("send") }
        sent += count
      }
    }
  }

  /// What comes within the time: nil where nothing does, empty where the other side has closed.
  func receive(withinMS: Int = 5_000) async throws -> [UInt8]? {
    try await blocking { [descriptor] in
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, Int32(withinMS)) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      // A reset is an end too.
      return count > 0 ? Array(buffer.prefix(count)) : []
    }
  }

  /// Everything up to the other side's end.
  func receiveAll(withinMS: Int = 5_000) async throws -> [UInt8] {
    var all: [UInt8] = []
    while let more = try await receive(withinMS: withinMS), !more.isEmpty { all += more }
    return all
  }

  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  fileprivate static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }
}

/// Runs something that blocks away from the threads that tests share.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}

/// A listening port whose connections are handed to the test, one by one.
final class TestListener: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw TestSocket.Failed("socket") }
    var address = TestSocket.loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        guard bind(descriptor, raw, length) == 0, listen(descriptor, 512) == 0 else { return Int32(-1) }
        return getsockname(descriptor, raw, &length)
      }
    }
    guard result == 0 else { throw TestSocket.Failed("listen") }
    port = Int(in_port_t(bigEndian: address.sin_port))
  }

  deinit { _ = Glibc.close(descriptor) }

  /// The next connection; nil where none comes within the time.
  func accept(withinMS: Int = 5_000) async throws -> TestSocket? {
    try await blocking { [descriptor] in
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, Int32(withinMS)) > 0 else { return nil }
      let accepted = Glibc.accept(descriptor, nil, nil)
      guard accepted >= 0 else { throw TestSocket.Failed("accept") }
      return TestSocket(accepted)
    }
  }
}
