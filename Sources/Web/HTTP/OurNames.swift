import Primitives
import Sockets

/// Under which names browsers may reach this server.
///
/// A page from elsewhere can have its own name point to our address and then speaks to us as if it were ours (DNS
/// rebinding); but it cannot change the name its requests carry. So a name is ours where it is configured, and where
/// nobody out there can point it anywhere: an IP address, a name without a dot, and names that only a local network or
/// this machine answers (`.local`, `.localhost`, `.lan`, `.internal`, `.home.arpa`).
struct OurNames: Sendable {
  private let names: Set<String>
  private let publicOrigin: String?

  private static let localSuffixes = [".local", ".localhost", ".lan", ".internal", ".home.arpa"]

  init(_ settings: WebSettings) {
    self.init(publicURL: settings.publicURL, names: settings.names)
  }

  init(publicURL: String, names: [String]) {
    let endpoint = try? Endpoint(parsing: publicURL)
    publicOrigin = endpoint.map { "\($0.scheme.rawValue)://\($0.authority)" }
    self.names = Set((names + (endpoint.map { [$0.host] } ?? [])).map { Self.host($0.lowercased()[...]) })
  }

  /// Whether a `Host` field names us.
  func contains(_ authority: String?) -> Bool {
    guard let authority, !authority.isEmpty else { return false }
    let host = Self.host(authority.lowercased()[...])
    if names.contains(host) || MappedAddress(host) != nil { return true }
    let name = host.hasSuffix(".") ? String(host.dropLast()) : host
    return names.contains(name) || !name.contains(".") && !name.isEmpty
      || Self.localSuffixes.contains { name.hasSuffix($0) && name.utf8.count > $0.utf8.count }
  }

  /// Whether an `Origin` is one of our own pages: the public address, or what the request itself was sent to.
  func allows(origin: String, host: String?) -> Bool {
    let origin = origin.lowercased()
    if origin == publicOrigin { return true }
    guard let host, contains(host) else { return false }
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
      let claimed = origin.dropFirst(scheme.utf8.count)
      return Self.without(port, claimed) == Self.without(port, host.lowercased()[...])
    }
    return false
  }

  private static func without(_ port: String, _ authority: Substring) -> Substring {
    authority.hasSuffix(port) ? authority.dropLast(port.utf8.count) : authority
  }

  /// `[::1]:8402` → `::1`, `pay.example.org:443` → `pay.example.org`, `::1` → `::1`.
  private static func host(_ authority: Substring) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return String(authority[authority.index(after: authority.startIndex)..<end])
    }
    let colons = authority.utf8.reduce(0) { $0 + ($1 == 0x3a ? 1 : 0) }
    return String(colons == 1 ? authority.prefix { $0 != ":" } : authority)
  }
}
