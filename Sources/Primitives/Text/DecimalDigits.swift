/// Whole numbers as ASCII digits with one spelling a value: no sign, no leading zero, no white space.
public enum DecimalDigits {
  /// Reads `text[range]`; nil where it is not the spelling of a number below 2⁶⁴.
  public static func uint64(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty, range.count <= 20, range.count == 1 || text[range.lowerBound] != 0x30 else { return nil }
    var value: UInt64 = 0
    for i in range {
      let digit = text[i] &- 0x30
      guard digit < 10 else { return nil }
      let (times, tooMuch) = value.multipliedReportingOverflow(by: 10)
      let (sum, over) = times.addingReportingOverflow(UInt64(digit))
      guard !tooMuch, !over else { return nil }
      value = sum
    }
    return value
  }

  /// Reads `text`; nil where it is not the spelling of a number below 2⁶⁴.
  public static func uint64(_ text: Span<UInt8>) -> UInt64? { uint64(text, 0..<text.count) }

  /// Reads `text[range]`; nil where it is not the spelling of a number below 2¹²⁸.
  public static func uint128(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt128? {
    guard !range.isEmpty, range.count <= 39, range.count == 1 || text[range.lowerBound] != 0x30 else { return nil }
    // Nineteen digits at a time fit a word, so the wide multiplications are three at most.
    var value: UInt128 = 0
    var at = range.lowerBound
    while at < range.upperBound {
      let end = min(at + 19, range.upperBound)
      var part: UInt64 = 0
      var scale: UInt64 = 1
      for i in at..<end {
        let digit = text[i] &- 0x30
        guard digit < 10 else { return nil }
        part = part * 10 + UInt64(digit)
        scale *= 10
      }
      let (times, tooMuch) = value.multipliedReportingOverflow(by: UInt128(scale))
      let (sum, over) = times.addingReportingOverflow(UInt128(part))
      guard !tooMuch, !over else { return nil }
      value = sum
      at = end
    }
    return value
  }

  /// Reads `text`; nil where it is not the spelling of a number below 2¹²⁸.
  public static func uint128(_ text: Span<UInt8>) -> UInt128? { uint128(text, 0..<text.count) }

  /// Appends the digits of `value`.
  public static func append(_ value: UInt64, to out: inout [UInt8]) {
    guard value >= 10 else { return out.append(0x30 + UInt8(value)) }
    let start = out.count
    var rest = value
    while rest > 0 {
      out.append(0x30 + UInt8(rest % 10))
      rest /= 10
    }
    var low = start
    var high = out.count - 1
    while low < high {
      out.swapAt(low, high)
      low += 1
      high -= 1
    }
  }

  /// Appends the digits of `value`.
  public static func append(_ value: UInt128, to out: inout [UInt8]) {
    let scale: UInt64 = 10_000_000_000_000_000_000
    guard value >= UInt128(scale) else { return append(UInt64(value), to: &out) }
    append(value / UInt128(scale), to: &out)
    var rest = UInt64(value % UInt128(scale))
    var digit = scale / 10
    while digit > 0 {
      out.append(0x30 + UInt8(rest / digit))
      rest %= digit
      digit /= 10
    }
  }
}
