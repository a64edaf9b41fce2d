import NIOCore
package import Sockets

/// Reads where to listen: `127.0.0.1:8402`, `[::1]:8402`, `localhost:8402`.
enum ListenText {
  static func address(_ text: String) throws(Wrong) -> ListenAddress {
    let host = text.lastIndex(of: ":").map { String(text[..<$0]) }
    switch host {
    case nil:
      if let port = Int(text), (1...65_535).contains(port) {
        throw Wrong("\"\(text)\" has no address", hint: "write 127.0.0.1:\(text), or 0.0.0.0:\(text) for all networks")
      }
      throw Wrong("\"\(text)\" has no port", hint: "write \(text.isEmpty ? "127.0.0.1" : text):8402")
    case "":
      throw Wrong("\"\(text)\" has no address", hint: "write 127.0.0.1\(text), or 0.0.0.0\(text) for all networks")
    case .some(let host) where host.contains(":") && !host.hasPrefix("["):
      throw Wrong("\"\(text)\" is ambiguous", hint: "an IPv6 address stands in brackets: [::1]:8402")
    default: break
    }
    let address: ListenAddress
    do { address = try ListenAddress(parsing: text) } catch { throw URLText.wrong(error, in: text) }
    guard (1...65_535).contains(address.port) else {
      throw Wrong("\(address.port) is no port", hint: "from 1 to 65535")
    }
    guard address.host == "localhost" || IPText.isAddress(address.host) else {
      throw Wrong(
        "\"\(address.host)\" is no IP address",
        hint: "names are not looked up here; 0.0.0.0 stands for all networks"
      )
    }
    return address
  }
}

/// What an IP address in text says of itself.
enum IPText {
  static func isAddress(_ text: String) -> Bool { parsed(text) != nil }
  /// 127.0.0.0/8, ::1 or their mapped spellings.
  static func isLoopback(_ text: String) -> Bool {
    parsed(text).map { address in AddressRange.loopback.contains { $0.contains(address) } } ?? false
  }
  /// 0.0.0.0 or ::, which stand for every address of the machine.
  static func isAny(_ text: String) -> Bool { isSame(text, "0.0.0.0") || isSame(text, "::") }
  static func isSame(_ a: String, _ b: String) -> Bool {
    // A range of one address; both spellings of an IPv4 address are the same one.
    guard isAddress(a), isAddress(b) else { return false }
    return AddressRange(a) == AddressRange(b)
  }

  private static func parsed(_ text: String) -> SocketAddress? { try? SocketAddress(ipAddress: text, port: 0) }
}

extension ListenAddress {
  /// Addresses by their text.
  package static func list(_ texts: String...) -> [ListenAddress] {
    texts.compactMap { try? ListenAddress(parsing: $0) }
  }

  /// Whether only this machine can connect.
  package var isLoopback: Bool { host == "localhost" || IPText.isLoopback(host) }

  /// Whether two listeners would stand in each other's way.
  package func overlaps(_ other: ListenAddress) -> Bool {
    guard port == other.port else { return false }
    if host == other.host || IPText.isSame(host, other.host) { return true }
    if host == "localhost" && other.isLoopback || other.host == "localhost" && isLoopback { return true }
    // `::` takes IPv4 too on the systems we run on.
    return isEverywhere(for: other) || other.isEverywhere(for: self)
  }

  private func isEverywhere(for other: ListenAddress) -> Bool {
    IPText.isAny(host) && (host.contains(":") || !other.host.contains(":"))
  }
}
