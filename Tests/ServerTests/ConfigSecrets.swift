@testable import Server

/// Keys as nodes and machines make them; none opens anything.
enum ConfigSecrets {
  private static let head = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA9"

  /// Just what is needed.
  static let rune =
    head
    + "NyZtZXRob2Q9aW52b2ljZXxtZXRob2Q9d2FpdGFueWludm9pY2V8bWV0aG9kPWxpc3RpbnZvaWNlc3xtZXRob2Q9Z2V0aW5mbw=="
  /// Without a restriction.
  static let openRune = head + "OA=="
  /// `invoice` and `getinfo` only.
  static let narrowRune = head + "OSZtZXRob2Q9aW52b2ljZXxtZXRob2Q9Z2V0aW5mbw=="
  /// Just what is needed, sixty times a minute.
  static let ratedRune =
    head
    + "MTAmbWV0aG9kPWludm9pY2V8bWV0aG9kPXdhaXRhbnlpbnZvaWNlfG1ldGhvZD1saXN0aW52b2ljZXN8bWV0aG9kPWdldGluZm8mcmF0ZT02MA=="

  private static let macaroonEnd = "00000620000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
  private static let info = "030a10000000000000000000000000000000001201301a0c0a04696e666f120472656164"

  /// `info:read invoices:read invoices:write`, as hexadecimal digits.
  static let macaroon =
    "0201036c6e64023d" + info + "1a170a08696e766f6963657312047265616412057772697465" + macaroonEnd
  /// With `offchain:write` besides.
  static let openMacaroon =
    "0201036c6e640256" + info + "1a170a08696e766f69636573120472656164120577726974651a170a086f6666636861696e"
    + "12047265616412057772697465" + macaroonEnd
  /// Without `invoices:write`.
  static let narrowMacaroon = "0201036c6e640236" + info + "1a100a08696e766f69636573120472656164" + macaroonEnd

  static let webhook = "whsec_KCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkc="
  /// Only its first line is looked at before somebody connects.
  static let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
  static let bitcoinSwitch = "9f86d081884c7d659a2fea"

  /// The files that the default configuration and the examples name.
  static let files = [
    "keys/cln.rune": rune, "keys/cln.pem": certificate, "keys/lnd.macaroon": macaroon, "keys/lnd.pem": certificate,
    "keys/phoenixd": "a-password", "keys/broker": "a-password", "keys/broker.pem": certificate,
    "keys/tesla.json": "{\"refresh_token\": \"x\"}", "keys/tesla-proxy.pem": certificate, "keys/hook": webhook,
    "keys/hook.pem": certificate, "keys/porch": "a-password", "keys/pump": "a-password",
    "keys/home-assistant": "a-token", "keys/home-assistant.pem": certificate, "keys/candy": bitcoinSwitch,
  ]
}
