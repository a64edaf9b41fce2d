package import NIOCore
package import Sockets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An IP address as 128 bits, IPv4 inside IPv6, so that both compare alike.
package struct PeerAddress: Hashable, Sendable {
  /// The bits.
  let bits: UInt128

  private static let mapped: UInt128 = 0xffff << 32

  /// Reads an address; nil for anything else.
  ///
  /// A zone (`fe80::1%eth0`) is dropped: it says where a link is, not who is there.
  package init?(_ text: String) {
    guard text.utf8.count <= 64, !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      bits = Self.mapped | Self.number(bytes.prefix(4))
    } else if inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &bytes) == 1 {
      bits = Self.number(bytes[...])
    } else {
      return nil
    }
  }

  /// The address at the other end of a socket, without its port; nil for anything but IP.
  package init?(_ address: SocketAddress?) {
    guard let address, let mapped = MappedAddress(address) else { return nil }
    bits = mapped.bits
  }

  /// Whom limits count it as.
  package var client: ClientAddress { ClientAddress(MappedAddress(bits: bits)) }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }

  /// Whether it is an IPv4 address.
  var isV4: Bool { bits >> 32 == Self.mapped >> 32 }

  /// `192.0.2.0/24` or `2001:db8:1::/48`: enough to count by, too little to know somebody by.
  package var network: String {
    if isV4 { return "\(bits >> 24 & 255).\(bits >> 16 & 255).\(bits >> 8 & 255).0/24" }
    let groups = [112, 96, 80].map { String(bits >> UInt128($0) & 0xffff, radix: 16) }
    return groups.joined(separator: ":") + "::/48"
  }

  /// Whether it is this machine itself.
  var isLoopback: Bool { bits == 1 || isV4 && bits >> 24 & 255 == 127 }
}

/// The proxies whose word about where a request came from is believed.
package struct TrustedProxies: Sendable {
  private let ranges: [AddressRange]

  private static let privateNetworks: Set<String> = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
  ]

  /// Reads addresses, ranges like `10.0.0.0/8`, and the words `loopback` and `private`; what is none of these is trusted
  /// as little as everybody else.
  package init(_ texts: Set<String>) {
    var wanted = texts
    if wanted.remove("private") != nil { wanted.formUnion(Self.privateNetworks.union(["loopback"])) }
    if wanted.remove("loopback") != nil { wanted.formUnion(["127.0.0.0/8", "::1"]) }
    ranges = wanted.compactMap { AddressRange($0) }
  }

  /// Who sent a request: the last entry of `X-Forwarded-For` that is none of these proxies, where the peer is one of
  /// them, else the peer itself.
  ///
  /// Whatever stands before that entry may be made up. nil where a proxy wrote something that is no address.
  package func sender(peer: PeerAddress?, forwarded: [String]) -> PeerAddress? {
    guard let peer, contains(peer) else { return peer }
    var sender = peer
    let hops = forwarded.flatMap { $0.split(separator: ",") }.suffix(TrustedProxies.mostHops)
    for hop in hops.reversed() {
      guard let address = Self.address(of: hop) else { return nil }
      sender = address
      guard contains(address) else { break }
    }
    return sender
  }

  /// Proxies in a row that are looked through.
  static let mostHops = 16

  /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
  private static func address(of hop: Substring) -> PeerAddress? {
    let text = hop.filter { $0 != " " && $0 != "\t" }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      return PeerAddress(String(text[text.index(after: text.startIndex)..<end]))
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return PeerAddress(parts.count == 2 ? String(parts[0]) : text)
  }

  /// Whether an address is one of theirs.
  package func contains(_ address: PeerAddress) -> Bool {
    let mapped = MappedAddress(bits: address.bits)
    return ranges.contains { $0.contains(mapped) }
  }
}
