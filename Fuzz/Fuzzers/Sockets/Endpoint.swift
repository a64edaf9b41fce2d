import Primitives

@testable import Sockets

/// Addresses to connect to and to listen on are refused, or written and read again as the same.
func fuzzEndpoint(_ bytes: Span<UInt8>) {
  guard let text = bytes.text else { return }
  if let endpoint = try? Endpoint(parsing: text) {
    expect((try? Endpoint(parsing: endpoint.description)) == endpoint, "read again as another: \(endpoint)")
    expect((1...65_535).contains(endpoint.port), "no port")
    expect(endpoint.target.utf8.first == 0x2f, "a target without its slash")
    let wire = endpoint.authority + endpoint.target
    expect(wire.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "it would break a request's line")
  }
  if let listen = try? ListenAddress(parsing: text) {
    expect((try? ListenAddress(parsing: listen.description)) == listen, "read again as another: \(listen)")
    expect((0...65_535).contains(listen.port) && !listen.hosts.isEmpty, "nowhere to listen")
  }
}
