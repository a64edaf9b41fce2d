import Gateway
import Sockets
import Testing

@Suite struct OriginRuleTests {
  static func rule(_ listening: String..., names: [String] = [], origins: [String] = []) throws -> OriginRule {
    OriginRule(listening: try listening.map { try ListenAddress(parsing: $0) }, names: names, origins: origins)
  }

  @Test(arguments: [
    ("file://", "anything"), ("http://127.0.0.1:7090", "127.0.0.1:7090"), ("http://127.0.0.1", "127.0.0.1"),
    ("http://127.0.0.1", "127.0.0.1:80"), ("http://localhost:7090", "localhost:7090"),
    ("HTTP://LOCALHOST:7090", "localhost:7090"), ("http://[::1]:7090", "[::1]:7090"),
    ("https://pay.example.org", "pay.example.org:443"), ("https://shop.example.org", "127.0.0.1"),
  ])
  func letsIn(_ origin: String, _ host: String) throws {
    let rule = try Self.rule(
      "127.0.0.1:7090",
      "[::1]:7090",
      names: ["Pay.example.org"],
      origins: ["https://shop.example.org"]
    )
    #expect(rule.allows(origin: origin, host: host))
  }

  @Test(arguments: [
    ("http://evil.example", "127.0.0.1:7090"),
    // A name that was rebound to our address: Origin and Host agree, but it is not ours.
    ("http://evil.example:7090", "evil.example:7090"),
    // A page of another program on this machine.
    ("http://127.0.0.1:8080", "127.0.0.1:7090"), ("http://127.0.0.1:7090", "127.0.0.1:8080"),
    ("http://192.0.2.7:7090", "192.0.2.7:7090"), ("null", "127.0.0.1:7090"), ("", ""), ("file:///x", "127.0.0.1"),
    ("http://shop.example.org", "127.0.0.1"), ("https://shop.example.org.evil", "127.0.0.1"),
    ("127.0.0.1:7090", "127.0.0.1:7090"), ("http://127.0.0.1:7090/", "127.0.0.1:7090"),
    ("http://localhost.evil:7090", "localhost.evil:7090"), ("ftp://127.0.0.1:7090", "127.0.0.1:7090"),
  ])
  func keepsOut(_ origin: String, _ host: String) throws {
    let rule = try Self.rule(
      "127.0.0.1:7090",
      "[::1]:7090",
      names: ["pay.example.org"],
      origins: ["https://shop.example.org"]
    )
    #expect(!rule.allows(origin: origin, host: host))
  }

  @Test func aWildcardIsEveryAddressOfTheMachine() throws {
    let rule = try Self.rule("0.0.0.0:7090")
    #expect(rule.allows(origin: "http://127.0.0.1:7090", host: "127.0.0.1:7090"))
    #expect(!rule.allows(origin: "http://203.0.113.99:7090", host: "203.0.113.99:7090"))
  }

  @Test func localhostIsOursOnlyOnLoopback() throws {
    let (loopback, other) = (try Self.rule("localhost:1"), try Self.rule("192.0.2.1:1"))
    #expect(loopback.allows(origin: "http://localhost:1", host: "localhost:1"))
    #expect(!other.allows(origin: "http://localhost:1", host: "localhost:1"))
  }
}
