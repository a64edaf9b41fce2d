import NIOCore
import Primitives

@testable import Gateway
@testable import Sockets
@testable import Web

/// Who asks, by address: both readers of addresses agree, and a range holds what it is made of.
///
/// The input is a list as `X-Forwarded-For` carries it; what trusted proxies wrote at its end is believed.
func fuzzPeer(_ bytes: Span<UInt8>) {
  guard let list = bytes.text else { return }
  for hop in list.split(separator: ",").suffix(4) { address(hop.filter { $0 != " " }) }
  forwarded(list)
  range(list)
  origin(list)
}

private func address(_ text: String) {
  let peer = PeerAddress(text)
  let mapped = MappedAddress(text)
  // A zone says where a link is; only one of the readers drops it.
  if !text.utf8.contains(UInt8(ascii: "%")) {
    expect(peer?.address == mapped, "two opinions about who that is")
  }
  guard let peer else { return }
  expect(!text.utf8.contains(0), "an address with something behind its end")
  let isCut = peer.network.hasSuffix(peer.address.isIPv4 ? ".0/24" : "::/48")
  expect(isCut, "a network that tells too much: \(peer.network)")
  expect(TrustedProxies([text.lowercased()]).contains(peer) || text.contains("%"), "not in the range of itself")
  let local = TrustedProxies(["loopback"])
  expect(local.contains(peer) == peer.isLoopback, "loopback by address and by range")
}

private let trusted = TrustedProxies(["10.0.0.0/8", "fd00::/8", "loopback"])

/// Whoever is not trusted cannot choose who they are: what they wrote stands in front of what a proxy added.
private func forwarded(_ list: String) {
  guard let proxy = PeerAddress("10.0.0.1"), let stranger = PeerAddress("192.0.2.7") else { broken("no addresses") }
  expect(trusted.sender(peer: stranger, forwarded: [list]) == stranger, "a stranger is believed")
  expect(trusted.sender(peer: nil, forwarded: [list]) == nil, "nobody is believed")
  let sender = trusted.sender(peer: proxy, forwarded: [list])
  let hops = list.split(separator: ",").map { String($0) }
  expect(trusted.sender(peer: proxy, forwarded: hops) == sender, "one header or many, and another sender")
  guard sender.map({ !trusted.contains($0) }) ?? true else { return }
  for lie in ["192.0.2.66", "10.6.6.6", "nobody"] {
    expect(trusted.sender(peer: proxy, forwarded: [lie, list]) == sender, "a lie in front is believed")
  }
}

private let otherTexts = ["127.0.0.1", "10.1.2.3", "::1", "2001:db8::1", "::ffff:10.0.0.1"]
private let others = otherTexts.compactMap { PeerAddress($0) }

private func range(_ text: String) {
  guard let range = AddressRange(text) else {
    if ["loopback", "private"].contains(text) || text.contains("%") { return }
    let proxies = TrustedProxies([text])
    expect(!others.contains { proxies.contains($0) }, "trusted, although it is no range: \(text)")
    return
  }
  let address = String(text.split(separator: "/")[0])
  guard let socket = try? SocketAddress(ipAddress: address, port: 0) else { broken("a range of nothing") }
  expect(range.contains(socket), "a range without its own address")
  let proxies = TrustedProxies([text])
  for (peer, other) in zip(others, otherTexts) {
    guard let socket = try? SocketAddress(ipAddress: other, port: 0) else { continue }
    expect(range.contains(socket) == proxies.contains(peer), "two opinions about \(other) in \(text)")
  }
}

private let rule = OriginRule(
  listening: [(try? ListenAddress(parsing: "127.0.0.1:7090"))].compactMap(\.self),
  names: ["box"]
)

private func origin(_ text: String) {
  let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
  let host = parts.count == 2 ? String(parts[1]) : nil
  guard rule.allows(origin: String(parts[0]), host: host) else { return }
  let origin = parts[0].lowercased()
  if origin == "file://" { return }
  guard let host = host?.lowercased() else { broken("let in without a host") }
  expect(["127.0.0.1", "localhost", "box", "[::ffff:"].contains { host.contains($0) }, "let in as \(host)")
}
