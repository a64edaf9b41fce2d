package import Sockets

/// Which addresses an order of ours may go to.
///
/// Where somebody but the operator names the host, a request of ours would otherwise reach what only this machine or
/// this house can reach.
package struct AddressRule: Hashable, Sendable {
  /// Whether loopback, private and link-local addresses are allowed too.
  package let allowsPrivate: Bool

  /// A rule; the operator's own machines may be anywhere in the house.
  package init(allowsPrivate: Bool) { self.allowsPrivate = allowsPrivate }

  /// Why an address is not asked; nil where it may be.
  ///
  /// What can be no machine (wildcards, multicast) and the addresses where clouds hand out their keys are never asked.
  package func refusal(of address: MappedAddress) -> String? {
    if Self.never.contains(where: { $0.contains(address) }) { return "no machine can be at this address" }
    if allowsPrivate { return nil }
    if Self.house.contains(where: { $0.contains(address) }) || address.isLoopback {
      return "the address is private (allow_private: true allows it)"
    }
    return nil
  }

  /// Whether an address lies outside the public network, so that plain http may be tolerated there.
  package static func isPrivate(_ address: MappedAddress) -> Bool { house.contains { $0.contains(address) } }

  private static let never = [
    "0.0.0.0/32", "::/128", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8",
    // Where clouds tell a machine its own credentials.
    "169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::254/128",
  ].compactMap { AddressRange($0) }

  private static let house = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "240.0.0.0/4", "::1/128", "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10",
    // Ways to write or to reach an IPv4 address within IPv6: what lies behind them cannot be seen from here.
    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16",
  ].compactMap { AddressRange($0) }
}
