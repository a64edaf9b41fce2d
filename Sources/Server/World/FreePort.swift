import Foundation
import Synchronization

/// A TCP port of loopback that nobody uses just now; somebody else may take it a moment later.
///
/// It lies below the ports from which the system serves connections that go out, so that none of those takes it. A
/// process gives each once; two processes may give the same.
package enum FreePort {
  /// No port could be had.
  package struct None: Error {}

  private static let range: ClosedRange<UInt16> = 20_000...31_999
  private static let given = Mutex<Set<UInt16>>([])

  /// Finds one by chance and trial.
  package static func find() throws(None) -> Int {
    for _ in 0..<200 {
      let port = UInt16.random(in: range)
      if given.withLock({ $0.insert(port).inserted }), isFree(port) { return Int(port) }
    }
    throw None()
  }

  private static func isFree(_ port: UInt16) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(socket, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
