package import Primitives

/// An amount as nodes print it, millisatoshi.
///
/// Since 23.05 a whole number; from 0.12 to 23.02 digits with `msat` behind them in a string. Digits alone in a string
/// were never printed, so that is no amount.
package enum CoreLightningMsat {
  /// - Throws: `.badAmount` under the name `name`.
  package static func read(_ value: JSONValue, _ name: String) throws(CoreLightningRefusal) -> UInt64 {
    if let number = value.uint64 { return number }
    guard let text = value.string, text.hasSuffix("msat") else { throw .badAmount(name) }
    let digits = Array(text.utf8.dropLast(4))
    guard let number = DecimalDigits.uint64(digits.span) else { throw .badAmount(name) }
    return number
  }
}
