import Foundation

/// Visits a Unix socket on this machine: one line there, one answer back.
package enum UnixVisit {
  /// Why there was no answer.
  package enum Failure: Error, Sendable {
    /// Nobody listens there, or this user may not connect; with the system's words.
    case noDoor(String)
    /// The door closed without a word.
    case refused
  }

  /// Bytes of an answer.
  private static let answerLimit = 65_536

  /// Whether somebody listens there.
  static func canVisit(_ path: String) -> Bool {
    guard let socket = try? connect(path) else { return false }
    close(socket)
    return true
  }

  /// Says a line and gives the answer; waits at most ten seconds.
  package static func say(_ line: String, at path: String) throws(Failure) -> String {
    let socket = try connect(path)
    defer { close(socket) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let bytes = Array("\(line)\n".utf8)
    guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw .refused }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while answer.count < answerLimit {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    guard !answer.isEmpty else { throw .refused }
    return String(decoding: answer, as: UTF8.self)
  }

  private static func connect(_ path: String) throws(Failure) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .noDoor("its path is too long") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw .noDoor(String(cString: strerror(errno))) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Foundation.connect(socket, $0, length) }
    }
    guard code == 0 else {
      let words = String(cString: strerror(errno))
      close(socket)
      throw .noDoor(words)
    }
    return socket
  }
}
