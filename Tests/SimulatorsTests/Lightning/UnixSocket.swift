import Foundation
import Primitives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A connection to a socket file without any library between the test and the bytes.
final class UnixSocket: Sendable {
  private let descriptor: Int32

  struct Failed: Error, Equatable {
    let code: Int32
  }

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = Glibc.close(descriptor) }

  /// - Throws: `Failed` with the system's error number.
  static func connect(_ path: String) async throws -> UnixSocket {
    try await blocking {
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw Failed(code: errno) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard result == 0 else {
        let code = errno
        _ = Glibc.close(descriptor)
        throw Failed(code: code)
      }
      return UnixSocket(descriptor)
    }
  }

  func send(_ bytes: [UInt8]) async throws {
    try await blocking { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { raw in
          raw.baseAddress.map { Glibc.send(descriptor, $0 + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) } ?? 0
        }
        guard count > 0 else { throw Failed(code: errno) }
        sent += count
      }
    }
  }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  /// What comes within the time: nil where nothing does, empty where the other side has closed.
  func receive(withinMS: Int = 5_000) async throws -> [UInt8]? {
    try await blocking { [descriptor] in
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, Int32(withinMS)) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      return count > 0 ? Array(buffer.prefix(count)) : []
    }
  }

  /// So many answers, each up to its two line feeds; fewer where no more come in time or the other side closes.
  func answers(_ count: Int = 1, withinMS: Int = 5_000) async throws -> [[UInt8]] {
    var answers: [[UInt8]] = []
    var rest: [UInt8] = []
    while true {
      while answers.count < count, let end = rest.firstRange(of: [0x0a, 0x0a]) {
        answers.append(Array(rest[..<end.upperBound]))
        rest.removeSubrange(..<end.upperBound)
      }
      if answers.count == count { return answers }
      guard let more = try await receive(withinMS: withinMS), !more.isEmpty else { return answers }
      rest += more
    }
  }

  /// Closes the writing side only.
  func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }
  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
