import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bounds of one connection on the public port, and of all of them.
package struct PublicLimits: Sendable {
  /// Longest request head, bytes; above it 431.
  package var maxHeadBytes = 16_384
  /// Most header fields of a request.
  package var maxHeadFields = 100
  /// Milliseconds a connection may stay open between two requests.
  package var idleMS: Int64 = 60_000
  /// Milliseconds from a request's head to its last byte; then 408.
  package var requestWithinMS: Int64 = 30_000
  /// Milliseconds a client may leave what is written to it unread; then it is dropped.
  package var unreadMS: Int64 = 30_000
  /// Milliseconds a connection waits for the other side to close after the last answer.
  package var lingerMS: Int64 = 2_000
  /// Milliseconds that WebSockets have to end when the server stops.
  package var stopWithinMS: Int64 = 5_000
  /// Connections open at once on one address; beyond it new ones wait in the system's queue.
  package var maxConnections = PublicLimits.connectionsForDescriptors

  /// The default bounds.
  package init() {}

  /// A server without descriptors cannot even open its ledger, so an eighth of them, at least 64, is left for the rest.
  private static var connectionsForDescriptors: Int {
    var limit = rlimit()
    #if canImport(Glibc)
      guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
    #else
      guard getrlimit(RLIMIT_NOFILE, &limit) == 0 else { return 512 }
    #endif
    let descriptors = Int(clamping: limit.rlim_cur)
    return max(64, min(20_000, descriptors - max(64, descriptors / 8)))
  }
}
