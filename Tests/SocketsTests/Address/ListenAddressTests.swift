import Primitives
import Sockets
import Testing

@Suite struct ListenAddressTests {
  @Test(arguments: [
    ("127.0.0.1:7090", "127.0.0.1", 7090), ("[::1]:7090", "::1", 7090), ("localhost:0", "localhost", 0),
    ("0.0.0.0:80", "0.0.0.0", 80), ("[::]:65535", "::", 65535),
  ])
  func parses(_ text: String, _ host: String, _ port: Int) throws {
    let address = try ListenAddress(parsing: text)
    #expect(address.host == host)
    #expect(address.port == port)
    #expect(address.description == text)
  }

  @Test(arguments: [
    ("127.0.0.1", Refusal.badValue("the port is missing")), (":7090", .badValue("the host is missing")),
    ("::1:7090", .badValue("the host is missing")), ("[::1]", .badValue("the port is missing")),
    ("h:65536", .badValue("the port is above 65535")), ("h: 1", .badCharacter(at: 2)),
    ("h:1/x", .badValue("the port is not a number")),
  ])
  func refuses(_ text: String, _ refusal: Refusal) {
    #expect(throws: refusal) { try ListenAddress(parsing: text) }
  }
}
