package import Primitives

/// Where to listen: a host and a port, such as `127.0.0.1:7090`, `[::1]:7090`, `localhost:0`.
package struct ListenAddress: Hashable, Sendable {
  /// An IP address without brackets, or a host name.
  package let host: String
  /// TCP port; 0 lets the system choose one.
  package let port: Int

  /// Reads `host:port`, an IPv6 address in brackets.
  ///
  /// - Throws: `Refusal.badCharacter` for white space, control and non-ASCII characters, `.badValue` with the reason
  ///   for everything else; a missing port is refused.
  package init(parsing text: String) throws(Refusal) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 300 else { throw .long(limit: 300, had: bytes.count) }
    if let bad = bytes.firstIndex(where: { $0 <= 0x20 || $0 >= 0x7f }) { throw .badCharacter(at: bad) }
    let (host, port) = try HostAndPort.split(bytes[...])
    guard let port else { throw .badValue("the port is missing") }
    self.host = host
    self.port = port
  }

  /// The addresses a name stands for, as far as that is fixed: `localhost` is both loopback addresses.
  var hosts: [String] { host == "localhost" ? ["127.0.0.1", "::1"] : [host] }
}

extension ListenAddress: CustomStringConvertible {
  /// The address as text that parses to the same address.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
