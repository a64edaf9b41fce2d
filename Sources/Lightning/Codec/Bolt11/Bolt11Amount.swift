import Primitives

/// How an invoice writes how much it asks for: a part of a bitcoin by `m`, `u`, `n` or `p`.
package enum Bolt11Amount {
  /// Reads what stands behind the currency; nil where nothing does.
  ///
  /// Leading zeros and longer spellings than needed are taken, as readers must.
  ///
  /// - Returns: Millisatoshi, above zero.
  /// - Throws: `Bolt11Refusal.badAmount`.
  package static func msat(_ text: ArraySlice<UInt8>) throws(Bolt11Refusal) -> UInt64? {
    guard let last = text.last else { return nil }
    let unit: UInt64? =
      switch last {
      case UInt8(ascii: "m"): 100_000_000
      case UInt8(ascii: "u"): 100_000
      case UInt8(ascii: "n"): 100
      case UInt8(ascii: "p"): 0
      default: nil
      }
    let digits = Array(unit == nil ? text : text.dropLast())
    let significant = Array(digits.drop { $0 == 0x30 })
    guard digits.count <= 30, !significant.isEmpty, let number = DecimalDigits.uint128(significant.span) else {
      throw .badAmount
    }
    // A pico-bitcoin is a tenth of a millisatoshi.
    let (msat, isWrong) =
      unit == 0 ? (number / 10, number % 10 != 0) : number.multipliedReportingOverflow(by: UInt128(unit ?? bitcoin))
    guard !isWrong, let msat = UInt64(exactly: msat) else { throw .badAmount }
    return msat
  }

  /// The shortest spelling; empty for nil.
  package static func text(msat: UInt64?) -> String {
    guard let msat else { return "" }
    let units: [(size: UInt64, letter: String)] = [(bitcoin, ""), (100_000_000, "m"), (100_000, "u"), (100, "n")]
    for unit in units where msat % unit.size == 0 { return "\(msat / unit.size)\(unit.letter)" }
    return "\(msat)0p"
  }

  private static let bitcoin: UInt64 = 100_000_000_000
}
