/// What is paid: a code, and how people write its amounts.
public struct Asset: Hashable, Sendable {
  /// The code people read, `XNO`.
  public let code: String
  /// Decimal places between the smallest unit and one `code`.
  public let decimals: Int
  /// The name of the smallest unit, `raw`.
  public let smallest: String

  /// Describes an asset.
  public init(code: String, decimals: Int, smallest: String) {
    precondition(decimals >= 0 && decimals <= 38)
    self.code = code
    self.decimals = decimals
    self.smallest = smallest
  }

  /// Nano: 1 XNO = 10³⁰ raw.
  public static let nano = Asset(code: "XNO", decimals: 30, smallest: "raw")

  /// Bitcoin over Lightning, in satoshi as people write it there: 1 sat = 1000 msat.
  public static let satoshi = Asset(code: "sat", decimals: 3, smallest: "msat")

  /// One `code` in smallest units.
  public var one: Amount { Amount((0..<decimals).reduce(UInt128(1)) { power, _ in power * 10 }) }

  /// Reads what a person writes: `0.1`, at most `decimals` digits after the point.
  ///
  /// - Throws: `AmountRefusal`.
  public func amount(_ text: String) throws(AmountRefusal) -> Amount {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard !text.isEmpty else { throw .empty }
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { throw .notDigits }
    guard parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }) else { throw .notDigits }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.utf8.count <= decimals else { throw .tooFine(decimals: decimals) }
    let digits = parts[0] + fraction + String(repeating: "0", count: decimals - fraction.utf8.count)
    let significant = digits.drop { $0 == "0" }
    guard significant.utf8.count <= 39, let units = UInt128(significant.isEmpty ? "0" : significant) else {
      throw .tooLarge
    }
    return Amount(units)
  }

  /// Reads an amount with its unit: `0.1 XNO` or `100 raw`.
  ///
  /// - Throws: `AmountRefusal.unknownUnit` without a unit of this asset, and the refusals of the number.
  public func amount(withUnit text: String) throws(AmountRefusal) -> Amount {
    let words = text.split(separator: " ")
    guard words.count == 2 else {
      throw .unknownUnit(words.count < 2 ? "" : String(words[1...].joined(separator: " ")))
    }
    switch String(words[1]) {
    case code: return try amount(String(words[0]))
    case smallest: return try Amount(units: words[0])
    default: throw .unknownUnit(String(words[1]))
    }
  }

  /// The shortest decimal text of an amount, without its unit: `0.1`.
  public func text(_ amount: Amount) -> String {
    let digits = String(amount.units)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
    let whole = padded.dropLast(decimals)
    let fraction = padded.suffix(decimals)
    let kept = fraction.lastIndex { $0 != "0" }.map { fraction[...$0] } ?? ""
    return kept.isEmpty ? String(whole) : "\(whole).\(kept)"
  }

  /// The text with its unit: `0.1 XNO`.
  public func textWithUnit(_ amount: Amount) -> String { "\(text(amount)) \(code)" }
}
