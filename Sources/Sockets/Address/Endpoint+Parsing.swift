import NIOCore
package import Primitives

extension Endpoint {
  /// Reads `ws://host:port/path`, `http://[::1]:7076` and the like.
  ///
  /// - Throws: `Refusal.badPrefix` for another scheme, `.badCharacter` for white space, control and non-ASCII
  ///   characters, `.long` beyond 2,048 characters, `.badValue` with the reason for everything else. User names and
  ///   fragments are refused: a secret does not belong into an address that is logged.
  package init(parsing text: String) throws(Refusal) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 2_048 else { throw .long(limit: 2_048, had: bytes.count) }
    if let bad = bytes.firstIndex(where: { $0 <= 0x20 || $0 >= 0x7f }) { throw .badCharacter(at: bad) }
    guard let scheme = Scheme.allCases.first(where: { text.lowercased().hasPrefix("\($0.rawValue)://") }) else {
      throw .badPrefix
    }
    let rest = bytes.dropFirst(scheme.rawValue.utf8.count + 3)
    guard !rest.contains(UInt8(ascii: "#")) else { throw .badValue("an address takes no fragment") }
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    let (host, port) = try HostAndPort.split(rest[..<end])
    let tail = String(decoding: rest[end...], as: UTF8.self)
    self.scheme = scheme
    self.host = host
    self.port = port ?? scheme.defaultPort
    self.target = tail.hasPrefix("/") ? tail : "/" + tail
    guard self.port > 0 else { throw .badValue("port 0 cannot be connected to") }
  }
}

/// The `host:port` part that addresses share.
enum HostAndPort {
  /// The host in lower case without brackets, and the port where one is written.
  static func split(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> (host: String, port: Int?) {
    guard !bytes.contains(UInt8(ascii: "@")) else { throw .badValue("an address takes no user name") }
    let host: ArraySlice<UInt8>
    let rest: ArraySlice<UInt8>
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw .badValue("a bracket is not closed") }
      (host, rest) = (bytes[bytes.startIndex + 1..<close], bytes[(close + 1)...])
      let text = String(decoding: host, as: UTF8.self)
      guard host.contains(UInt8(ascii: ":")), (try? SocketAddress(ipAddress: text, port: 0)) != nil else {
        throw .badValue("brackets hold no IPv6 address")
      }
    } else {
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
      (host, rest) = (bytes[..<colon], bytes[colon...])
      guard !host.isEmpty else { throw .badValue("the host is missing") }
      guard host.count <= 253, host.allSatisfy(isNameCharacter) else { throw .badValue("not a host name") }
    }
    let name = String(decoding: host, as: UTF8.self).lowercased()
    guard !rest.isEmpty else { return (name, nil) }
    guard rest.first == UInt8(ascii: ":") else { throw .badValue("an IPv6 address needs brackets") }
    return (name, try port(rest.dropFirst()))
  }

  private static func port(_ digits: ArraySlice<UInt8>) throws(Refusal) -> Int {
    guard !digits.contains(UInt8(ascii: ":")) else { throw .badValue("an IPv6 address needs brackets") }
    guard (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .badValue("the port is not a number")
    }
    let port = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard port <= 65_535 else { throw .badValue("the port is above 65535") }
    return port
  }

  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }
}
