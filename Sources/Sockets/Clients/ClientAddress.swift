package import NIOCore

/// One client, as far as limits can tell them apart: an IPv4 address, or the /64 of an IPv6 address, which is what one
/// home or one server is given.
///
/// Kept in memory only, and never written anywhere.
package struct ClientAddress: Hashable, Sendable {
  // Two words: Swift 6.3.1 passes a 128-bit integer wrongly to async functions on x86-64.
  private let high: UInt64
  private let low: UInt64

  /// The client at an address.
  package init(_ address: MappedAddress) {
    high = UInt64(truncatingIfNeeded: address.bits >> 64)
    low = address.isIPv4 ? UInt64(truncatingIfNeeded: address.bits) : 0
  }

  /// The client at the other end of a socket; nil for anything but IP.
  package init?(_ address: SocketAddress?) {
    guard let address, let mapped = MappedAddress(address) else { return nil }
    self.init(mapped)
  }
}
