import Primitives
import Sockets

/// A Lightning Address (LUD-16), `car@pay.example.com`.
package struct LightningAddress: Hashable, Sendable {
  /// What stands before `@`: 1 … 64 characters of `a–z 0–9 - _ .`.
  package let name: String
  /// The host, in lower case.
  package let host: String
  /// Where it leads.
  package let link: LNURLLink

  /// Reads an address; only the host may be in upper case.
  ///
  /// - Throws: `LNURLRefusal.notLink`, `.badName` or `.badAddress`.
  package init(_ text: String) throws(LNURLRefusal) {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2 else { throw .notLink }
    try self.init(name: String(halves[0]), host: String(halves[1]))
  }

  /// An address of its parts.
  ///
  /// - Throws: As `init(_:)`.
  package init(name: String, host: String) throws(LNURLRefusal) {
    guard LightningAddress.isName(name) else { throw .badName }
    let host = host.lowercased()
    let scheme = host.hasSuffix(".onion") ? "http" : "https"
    link = try LNURLLink(url: "\(scheme)://\(host)/.well-known/lnurlp/\(name)", tag: .payRequest)
    guard link.endpoint.host == host else { throw .badAddress(.badValue("only a host name stands behind @")) }
    self.name = name
    self.host = host
  }

  /// The text, as it goes into metadata.
  package var text: String { "\(name)@\(host)" }

  /// The name somebody asks us for, whatever its case: wallets lower it or not; nil where it can be nobody's.
  package static func name(asked text: String) -> String? {
    guard text.utf8.count <= 64 else { return nil }
    let lower = text.lowercased()
    return isName(lower) ? lower : nil
  }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
      }
  }
}
