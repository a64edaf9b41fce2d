import Primitives

/// The characters of BOLT12: those of Bech32 without a checksum, which `+` and white space may cut anywhere.
enum Bolt12Text {
  /// The bytes behind `prefix` and `1`.
  ///
  /// - Throws: `Bolt12Refusal.badJoint`, `.notBech32`, `.notOffer` for another prefix.
  static func bytes(of text: Span<UInt8>, prefix: StaticString) throws(Bolt12Refusal) -> [UInt8] {
    let whole = try joined(text)
    do { try Bech32.checkCase(whole.span) } catch { throw .notBech32(error) }
    let length = prefix.utf8CodeUnitCount
    guard whole.count > length, whole[length] == 0x31,
      (0..<length).allSatisfy({ whole[$0] | 0x20 == prefix.byte(at: $0) })
    else { throw .notOffer }
    do {
      let words = try Bech32.words(whole.span, length + 1..<whole.count)
      return try FiveBitWords.bytes(of: words.span)
    } catch { throw .notBech32(error) }
  }

  /// The characters without joints: each `+` stands between two characters, white space only behind it.
  private static func joined(_ text: Span<UInt8>) throws(Bolt12Refusal) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var isOpen = false
    for i in 0..<text.count {
      switch text[i] {
      case UInt8(ascii: "+"):
        guard !isOpen, !out.isEmpty else { throw .badJoint }
        isOpen = true
      case 0x20, 0x09, 0x0a, 0x0d:
        guard isOpen else { throw .badJoint }
      default:
        isOpen = false
        out.append(text[i])
      }
    }
    guard !isOpen else { throw .badJoint }
    return out
  }
}
