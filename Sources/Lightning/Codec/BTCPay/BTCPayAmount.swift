import Primitives

/// Decimal amounts as BTCPay Server writes them.
package enum BTCPayAmount {
  /// The millisatoshi in an amount of `SATS` or `BTC`; nil for another currency, a part of a millisatoshi, and what is
  /// no number from 0 to 2⁶⁴ − 1 millisatoshi.
  package static func msat(_ text: String, _ currency: String) -> UInt64? {
    let places: Int
    switch currency.uppercased() {
    case "SATS": places = 3
    case "BTC": places = 11
    default: return nil
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty else { return nil }
    var fraction = parts.count == 2 ? Array(parts[1]) : []
    guard parts.count == 1 || !fraction.isEmpty, fraction.count <= 32 else { return nil }
    while fraction.count > places {
      guard fraction.removeLast() == UInt8(ascii: "0") else { return nil }
    }
    while fraction.count < places { fraction.append(UInt8(ascii: "0")) }
    var digits = Array(whole) + fraction
    while digits.count > 1, digits.first == UInt8(ascii: "0") { digits.removeFirst() }
    return DecimalDigits.uint64(digits.span)
  }

  /// The satoshi of an amount in millisatoshi, with three decimals where they are not whole.
  package static func sats(_ msat: UInt64) -> String {
    guard msat % 1_000 != 0 else { return String(msat / 1_000) }
    let rest = String(msat % 1_000)
    return "\(msat / 1_000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
  }
}
