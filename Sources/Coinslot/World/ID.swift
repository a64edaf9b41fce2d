/// Identifiers people meet: a prefix and a ULID (48 bits of milliseconds, 80 bits of chance, Crockford base 32).
///
/// They sort by time of making.
public enum ID {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// A fresh identifier: `dsp_01J…`.
  public static func make(_ prefix: String, nowMS: Int64, entropy: any Entropy) -> String {
    "\(prefix)_\(ulid(nowMS: nowMS, chance: entropy.bytes(10)))"
  }

  /// 26 characters from a time and ten bytes.
  static func ulid(nowMS: Int64, chance: [UInt8]) -> String {
    precondition(chance.count == 10)
    let time = UInt128(UInt64(max(0, nowMS)) & 0xFFFF_FFFF_FFFF)
    let value = chance.reduce(time) { $0 << 8 | UInt128($1) }
    let characters = (0..<26).map { alphabet[Int(truncatingIfNeeded: value >> (125 - 5 * UInt128($0))) & 31] }
    return String(decoding: characters, as: UTF8.self)
  }
}
