public import Primitives

/// How often the device has booted; written, one higher, before each hello.
///
/// 16 bytes, big-endian: version `01` · kind `42` · two zeros · boot number u64 · CRC-32 of the 12 bytes before.
///
/// ## On failure
/// Two of them alternate (slot = boot number & 1). A boot number that is lost starts again at 1, which the server takes
/// for a copied or rolled-back flash.
public struct BootRecord: Hashable, Sendable {
  /// How many bytes it takes.
  public static let size = 16

  /// The number, from 1.
  public let boot: UInt64

  /// A record of boot number `boot`.
  public init(boot: UInt64) { self.boot = boot }

  /// Where it goes.
  public var place: RecordPlace { .boot(slot: UInt8(boot & 1)) }

  /// Reads a record.
  ///
  /// - Throws: `Refusal` for another size, kind or version, a number above 2⁵³ − 1, or where the checksum does not fit.
  public init(decoding bytes: Span<UInt8>) throws(Refusal) {
    var reader = try RecordFrame.open(bytes, kind: RecordFrame.boot, size: BootRecord.size)
    guard try reader.integer(UInt16.self, in: bytes) == 0 else { throw .notCanonical }
    boot = try reader.integer(UInt64.self, in: bytes)
    guard boot <= Wire.greatest else { throw .badValue("a boot number above 2⁵³ − 1") }
  }

  /// The bytes to keep.
  public func encoded() -> [UInt8] {
    RecordFrame.close(kind: RecordFrame.boot) { out in
      out.append(0)
      out.append(0)
      RecordFrame.append(boot, to: &out)
    }
  }

  /// The newer of two places, each nil where nothing can be read; nil where neither holds a record.
  public static func newest(_ first: [UInt8]?, _ second: [UInt8]?) -> BootRecord? {
    let a = first.flatMap { try? BootRecord(decoding: $0.span) }
    let b = second.flatMap { try? BootRecord(decoding: $0.span) }
    guard let a, let b else { return a ?? b }
    return a.boot > b.boot ? a : b
  }
}
