/// A quantity of money in the smallest unit of its asset (raw for Nano), 0 … 2¹²⁸ − 1.
///
/// There is no way from or to a floating-point number.
public struct Amount: Hashable, Comparable, Sendable {
  // Two words instead of one UInt128: a value aligned to 16 bytes that is passed on the stack of an async call is
  // miscompiled by Swift 6.3.1 on x86-64, and the program jumps to address zero.
  private let high: UInt64
  private let low: UInt64

  /// An amount of `units` smallest units.
  public init(_ units: UInt128) {
    high = UInt64(truncatingIfNeeded: units >> 64)
    low = UInt64(truncatingIfNeeded: units)
  }

  /// The count of smallest units.
  public var units: UInt128 { UInt128(high) << 64 | UInt128(low) }

  /// Nothing.
  public static let zero = Amount(0)

  /// The sum, or nil where it would pass 2¹²⁸ − 1.
  public func adding(_ other: Amount) -> Amount? {
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    return overflow ? nil : Amount(sum)
  }

  /// The difference, or nil where `other` is more.
  public func subtracting(_ other: Amount) -> Amount? {
    units >= other.units ? Amount(units - other.units) : nil
  }

  /// Twice the amount, held at 2¹²⁸ − 1.
  public var doubled: Amount { adding(self) ?? Amount(.max) }

  /// Whether `a` is less.
  public static func < (a: Amount, b: Amount) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension Amount: CustomStringConvertible {
  /// The decimal count of smallest units, as every wire carries it.
  public var description: String { String(units) }

  /// Reads the decimal form strictly: ASCII digits only, at most 39, no leading zero, no sign.
  ///
  /// - Throws: `AmountRefusal` saying what is wrong.
  public init(units text: some StringProtocol) throws(AmountRefusal) {
    let digits = text.utf8
    guard !digits.isEmpty else { throw .empty }
    guard digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { throw .notDigits }
    guard digits.count == 1 || digits.first != 0x30 else { throw .leadingZero }
    guard digits.count <= 39, let units = UInt128(text) else { throw .tooLarge }
    self.init(units)
  }
}

extension Amount {
  /// The 16 bytes, big endian: they sort as the amounts do.
  public var bytes: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: units >> (120 - 8 * UInt128($0))) } }

  /// Reads 16 big-endian bytes; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    self.init(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
  }
}

/// Why a text is not an amount.
public enum AmountRefusal: Error, Hashable, Sendable {
  /// No text at all.
  case empty
  /// A sign, a separator, an exponent, white space or another foreign character.
  case notDigits
  /// `01`: one spelling per value.
  case leadingZero
  /// Above 2¹²⁸ − 1 smallest units.
  case tooLarge
  /// More fraction digits than the asset has.
  case tooFine(decimals: Int)
  /// No unit, or one the asset does not know.
  case unknownUnit(String)
}
