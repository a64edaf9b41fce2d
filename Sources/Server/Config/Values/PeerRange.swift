package import Sockets
import NIOCore

/// Who may connect or speak: `loopback`, `private`, one IP address, or a CIDR block.
package struct PeerRange: Hashable, Sendable, CustomStringConvertible {
  /// As it was written.
  package let description: String
  /// The addresses it stands for.
  package let ranges: [AddressRange]

  /// This machine.
  package static let loopback = PeerRange(word: "loopback", ranges: AddressRange.loopback)

  private init(word: String, ranges: [AddressRange]) {
    description = word
    self.ranges = ranges
  }

  /// Private networks (RFC 1918, RFC 4193) and link-local ones, beside this machine.
  private static let privateNetworks = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
  ].compactMap { AddressRange($0) }

  init(_ text: String) throws(Wrong) {
    switch text {
    case "loopback": self = .loopback
    case "private": self.init(word: text, ranges: AddressRange.loopback + Self.privateNetworks)
    default: self.init(word: text, ranges: [try Self.range(text)])
    }
  }

  private static func range(_ text: String) throws(Wrong) -> AddressRange {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, IPText.isAddress(String(parts[0])) else {
      throw Wrong(
        "\"\(text)\" is no range of addresses",
        hint: NearestWord.find(text, among: ["loopback", "private"]).map { "did you mean \"\($0)\"?" }
          ?? "write loopback, private, an IP address or a block such as 192.168.1.0/24"
      )
    }
    if parts.count == 2, Int(parts[1]) == 0 {
      throw Wrong("\(text) is everybody", hint: "name the machines that may, one by one or as a block")
    }
    guard let range = AddressRange(text) else {
      throw Wrong("\"/\(parts[1])\" is no length of a block", hint: "from /1 to /\(parts[0].contains(":") ? 128 : 32)")
    }
    return range
  }
}
