import NIOCore
package import Sockets

/// Which web pages may open a socket here.
///
/// A program that is no browser sends no Origin, or one it made up.
/// Allowed are: no Origin; `file://` (what some microcontroller libraries send); an Origin equal to Host where that
/// Host is an address or a name of ours (desktop clients send it, and a page from elsewhere that had its name bound to
/// our address cannot); and what the operator lists.
public struct OriginRule: Sendable {
  private var addresses: Set<MappedAddress> = []
  private var names: Set<String>
  private let listed: Set<String>

  /// A rule.
  ///
  /// - Parameters:
  ///   - listening: Where we listen. A wildcard stands for every address that this machine has now.
  ///   - names: Further host names and addresses of ours, without port.
  ///   - origins: Other Origins to let in, as browsers write them: `https://shop.example.org`.
  package init(listening: [ListenAddress] = [], names: [String] = [], origins: [String] = []) {
    self.names = Set(names.map { $0.lowercased() })
    listed = Set(origins.map { $0.lowercased() })
    for listen in listening { add(listen.host) }
  }

  private mutating func add(_ host: String) {
    guard let address = MappedAddress(host) else {
      names.insert(host.lowercased())
      return
    }
    if address.isWildcard {
      for device in (try? System.enumerateDevices()) ?? [] {
        if let found = device.address.flatMap({ MappedAddress($0) }) { addresses.insert(found) }
      }
    } else {
      addresses.insert(address)
    }
    if addresses.contains(where: \.isLoopback) { names.insert("localhost") }
  }

  /// Whether a request with an Origin may open a socket; one without may anyway.
  package func allows(origin: String, host: String?) -> Bool {
    let origin = origin.lowercased()
    if origin == "file://" || listed.contains(origin) { return true }
    guard let host = host?.lowercased() else { return false }
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
      let claimed = OriginRule.without(port, origin.dropFirst(scheme.utf8.count))
      return claimed == OriginRule.without(port, host[...]) && isOurs(OriginRule.withoutPort(claimed))
    }
    return false
  }

  /// Whether a host, without port, is this server.
  private func isOurs(_ host: Substring) -> Bool {
    if names.contains(String(host)) { return true }
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
    guard let address = MappedAddress(String(bare)) else { return false }
    return addresses.contains(address)
  }

  private static func without(_ port: String, _ authority: Substring) -> Substring {
    authority.hasSuffix(port) ? authority.dropLast(port.utf8.count) : authority
  }

  /// `[::1]:7090` → `[::1]`, `localhost:7090` → `localhost`.
  private static func withoutPort(_ authority: Substring) -> Substring {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end] }
    return authority.prefix { $0 != ":" }
  }
}

extension RequestHead {
  /// Whether the rule lets this request open a socket.
  func mayOpenSocket(by rule: OriginRule) -> Bool {
    let given = count("origin")
    guard given > 0 else { return true }
    guard given == 1, let origin = first("origin") else { return false }
    return rule.allows(origin: origin, host: first("host"))
  }
}
