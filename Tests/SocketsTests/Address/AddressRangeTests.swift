import Sockets
import NIOCore
import Testing

@Suite struct AddressRangeTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("127.0.0.0/8", "127.255.255.255"), ("10.0.0.0/8", "::ffff:10.1.2.3"),
    ("::ffff:10.1.2.3", "10.1.2.3"), ("0.0.0.0/0", "203.0.113.9"), ("::/0", "10.1.2.3"), ("::/0", "2001:db8::1"),
    ("fd00::/8", "fdff::1"), ("2001:db8::/33", "2001:db8:7fff::1"), ("10.1.2.200/25", "10.1.2.129"),
  ])
  func contains(_ range: String, _ address: String) throws {
    let range = try #require(AddressRange(range))
    #expect(range.contains(try SocketAddress(ipAddress: address, port: 1)))
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.2"), ("127.0.0.0/8", "128.0.0.1"), ("10.0.0.0/8", "::10.1.2.3"), ("0.0.0.0/0", "::1"),
    ("fd00::/8", "fe00::1"), ("2001:db8::/33", "2001:db8:8000::1"), ("10.1.2.200/25", "10.1.2.127"), ("::1", "::2"),
  ])
  func doesNotContain(_ range: String, _ address: String) throws {
    let range = try #require(AddressRange(range))
    #expect(!range.contains(try SocketAddress(ipAddress: address, port: 1)))
  }

  @Test(arguments: [
    "", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.256", "10.0.0.0/+8",
    "/8", "10.0.0.0/1000",
  ])
  func isNoRange(_ text: String) { #expect(AddressRange(text) == nil) }

  @Test func loopbackIsThisMachine() throws {
    for (address, isLocal) in [("127.8.9.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("192.0.2.1", false)] {
      let socket = try SocketAddress(ipAddress: address, port: 1)
      #expect(AddressRange.loopback.contains { $0.contains(socket) } == isLocal)
    }
    #expect(AddressRange.loopback.count == 2)
  }

  @Test func aPathIsNoAddress() throws {
    let range = try #require(AddressRange("::/0"))
    #expect(!range.contains(try SocketAddress(unixDomainSocketPath: "/run/x")))
  }
}
