import Foundation
import TestKit

/// Key files as nodes and machines make them; none opens anything.
enum ExampleKeys {
  /// `invoice`, `waitanyinvoice`, `listinvoices`, `getinfo`, and nothing else.
  private static let rune =
    "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA9"
    + "NyZtZXRob2Q9aW52b2ljZXxtZXRob2Q9d2FpdGFueWludm9pY2V8bWV0aG9kPWxpc3RpbnZvaWNlc3xtZXRob2Q9Z2V0aW5mbw=="
  /// `info:read invoices:read invoices:write`.
  private static let macaroon =
    "0201036c6e64023d030a10000000000000000000000000000000001201301a0c0a04696e666f120472656164"
    + "1a170a08696e766f6963657312047265616412057772697465"
    + "00000620000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
  private static let texts = [
    "cln.rune": rune, "lnd.macaroon": macaroon, "tesla.json": #"{"refresh_token": "x"}"#,
  ]

  /// Writes every file of `./keys/` that a configuration names.
  static func write(of configuration: String, into folder: String) throws {
    let names = configuration.matches(of: /: \.\/keys\/(\S+)/).map { String($0.1) }
    guard !names.isEmpty else { return }
    try FileManager.default.createDirectory(atPath: "\(folder)/keys", withIntermediateDirectories: true)
    for name in names {
      let text = name.hasSuffix(".pem") ? Certificates.first : texts[name]
      try Folder.write(text ?? "a-password", to: "\(folder)/keys/\(name)")
    }
  }
}
