import Primitives
import Sockets
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    ("ws://127.0.0.1:7078", Endpoint.Scheme.ws, "127.0.0.1", 7078, "/", "127.0.0.1:7078"),
    ("ws://[::1]:7078", .ws, "::1", 7078, "/", "[::1]:7078"),
    ("ws://[::1]/a", .ws, "::1", 80, "/a", "[::1]"),
    ("http://[::1]:7076", .http, "::1", 7076, "/", "[::1]:7076"),
    ("WS://Node.Example.ORG/Path?q=1", .ws, "node.example.org", 80, "/Path?q=1", "node.example.org"),
    ("wss://a-b.example/", .wss, "a-b.example", 443, "/", "a-b.example"),
    ("https://h:443/x", .https, "h", 443, "/x", "h"),
    ("ws://h?q", .ws, "h", 80, "/?q", "h"),
    ("ws://my_node:65535/call", .ws, "my_node", 65535, "/call", "my_node:65535"),
  ])
  func parses(
    _ text: String,
    _ scheme: Endpoint.Scheme,
    _ host: String,
    _ port: Int,
    _ target: String,
    _ authority: String
  ) throws {
    let endpoint = try Endpoint(parsing: text)
    #expect(endpoint.scheme == scheme)
    #expect(endpoint.host == host)
    #expect(endpoint.port == port)
    #expect(endpoint.target == target)
    #expect(endpoint.authority == authority)
    #expect(try Endpoint(parsing: endpoint.description) == endpoint)
  }

  @Test(arguments: [
    ("ftp://h/", Refusal.badPrefix), ("h:80", .badPrefix), ("ws:/h", .badPrefix), ("", .badPrefix),
    ("ws://h /", .badCharacter(at: 6)), ("ws://h/\r\nX: y", .badCharacter(at: 7)), ("ws://hö/", .badCharacter(at: 6)),
    ("ws://", .badValue("the host is missing")), ("ws://:80/", .badValue("the host is missing")),
    ("ws://u:p@h/", .badValue("an address takes no user name")),
    ("ws://h/#a", .badValue("an address takes no fragment")),
    ("ws://h:0/", .badValue("port 0 cannot be connected to")), ("ws://h:65536/", .badValue("the port is above 65535")),
    ("ws://h:/", .badValue("the port is not a number")), ("ws://h:+1/", .badValue("the port is not a number")),
    ("ws://::1/", .badValue("the host is missing")), ("ws://1::1:80/", .badValue("an IPv6 address needs brackets")),
    ("ws://[::1/", .badValue("a bracket is not closed")),
    ("ws://[127.0.0.1]/", .badValue("brackets hold no IPv6 address")),
    ("ws://[::1%eth0]/", .badValue("brackets hold no IPv6 address")),
    ("ws://[::1]80/", .badValue("an IPv6 address needs brackets")),
    ("ws://a,b/", .badValue("not a host name")),
  ])
  func refuses(_ text: String, _ refusal: Refusal) {
    #expect(throws: refusal) { try Endpoint(parsing: text) }
  }

  @Test func refusesWhatIsTooLong() {
    let text = "ws://h/" + String(repeating: "a", count: 2_042)
    #expect(throws: Refusal.long(limit: 2_048, had: 2_049)) { try Endpoint(parsing: text) }
    #expect((try? Endpoint(parsing: String(text.dropLast()))) != nil)
  }
}
