/// Where to connect to: scheme, host, port and what to ask for there.
///
/// Parsing it is in `Endpoint+Parsing.swift`.
package struct Endpoint: Hashable, Sendable {
  /// How to speak there.
  package let scheme: Scheme
  /// Host name in lower case, or an IP address, without brackets.
  package let host: String
  /// TCP port, 1 to 65535.
  package let port: Int
  /// Path and query as they go into a request; at least `/`.
  package let target: String

  /// The schemes that can be spoken or named.
  package enum Scheme: String, Hashable, Sendable, CaseIterable {
    case ws, wss, http, https

    /// The port where none is written.
    package var defaultPort: Int { isSecure ? 443 : 80 }

    /// Whether it runs over TLS.
    package var isSecure: Bool { self == .wss || self == .https }

    /// Whether it is a WebSocket.
    package var isWebSocket: Bool { self == .ws || self == .wss }
  }

  /// Host and port as they go into a `Host` header; the port is left out where it is the scheme's own.
  package var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == scheme.defaultPort ? name : "\(name):\(port)"
  }
}

extension Endpoint: CustomStringConvertible {
  /// The endpoint as text that parses to the same endpoint.
  package var description: String { "\(scheme.rawValue)://\(authority)\(target)" }
}
