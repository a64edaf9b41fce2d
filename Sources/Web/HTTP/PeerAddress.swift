package import NIOCore
package import Sockets

/// Who is at the other end, by address: what requests are counted and trusted by.
package struct PeerAddress: Hashable, Sendable {
  /// The address itself, IPv4 and IPv6 alike.
  let address: MappedAddress

  /// Reads an address; nil for anything else.
  ///
  /// A zone (`fe80::1%eth0`) is dropped: it says where a link is, not who is there.
  package init?(_ text: String) {
    guard text.utf8.count <= 64, !text.utf8.contains(0) else { return nil }
    let bare = text.contains(":") ? String(text.prefix { $0 != "%" }) : text
    guard let address = MappedAddress(bare) else { return nil }
    self.address = address
  }

  /// The address at the other end of a socket, without its port; nil for anything but IP.
  package init?(_ address: SocketAddress?) {
    guard let address, let mapped = MappedAddress(address) else { return nil }
    self.address = mapped
  }

  /// Whom limits count it as.
  package var client: ClientAddress { ClientAddress(address) }

  /// `192.0.2.0/24` or `2001:db8:1::/48`: enough to count by, too little to know somebody by.
  package var network: String {
    let bits = address.bits
    if address.isIPv4 { return "\(bits >> 24 & 255).\(bits >> 16 & 255).\(bits >> 8 & 255).0/24" }
    let groups = [112, 96, 80].map { String(bits >> UInt128($0) & 0xffff, radix: 16) }
    return groups.joined(separator: ":") + "::/48"
  }

  /// Whether it is this machine itself.
  var isLoopback: Bool { address.isLoopback }
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
    ranges.contains { $0.contains(address.address) }
  }
}
