package import NIOCore

/// An IP address as 128 bits, IPv4 in its mapped form (`::ffff:172.17.0.1`), so that both spellings of one machine are
/// the same address.
package struct MappedAddress: Hashable, Sendable {
  /// The bits, most significant first.
  package let bits: UInt128

  /// The address of a socket, without its port; nil for anything but IP.
  package init?(_ address: SocketAddress) {
    // Where the bytes of the address lie in `sockaddr_in` and `sockaddr_in6`.
    let place: Range<Int>
    switch address {
    case .v4: place = 4..<8
    case .v6: place = 8..<24
    case .unixDomainSocket: return nil
    }
    let value = address.withSockAddr { start, size in
      UnsafeRawBufferPointer(start: start, count: size)[place].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    }
    bits = place.count == 4 ? 0xffff_0000_0000 | value : value
  }

  /// Reads `127.0.0.1` or `::1`; nil for anything else.
  package init?(_ text: String) {
    // A zero byte would end the text for those who read it as C does.
    guard !text.utf8.contains(0), let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
    self.init(address)
  }

  /// Whether it is IPv4, however it was written.
  package var isIPv4: Bool { bits >> 32 == 0xffff }
  /// `0.0.0.0` or `::`: every address of the machine.
  package var isWildcard: Bool { bits == 0 || bits == 0xffff_0000_0000 }
  /// This machine itself: `127.0.0.0/8` or `::1`.
  package var isLoopback: Bool { bits == 1 || bits >> 24 == 0xffff_7f }
}
