import Primitives

/// What all records share: version and kind in front, CRC-32 behind.
enum RecordFrame {
  static let version: UInt8 = 1
  static let boot: UInt8 = 0x42
  static let channel: UInt8 = 0x43

  /// Checks size, checksum, version and kind; the reader stands behind them.
  static func open(_ bytes: Span<UInt8>, kind: UInt8, size: Int) throws(Refusal) -> ByteReader {
    guard bytes.count >= size else { throw .short(needed: size, had: bytes.count) }
    guard bytes.count == size else { throw .long(limit: size, had: bytes.count) }
    var tail = ByteReader(at: size - 4)
    let sum = try tail.integer(UInt32.self, in: bytes)
    guard CRC32.checksum(bytes.extracting(0..<size - 4)) == sum else { throw .badChecksum }
    var reader = ByteReader()
    guard try reader.uint8(in: bytes) == version, try reader.uint8(in: bytes) == kind else { throw .badPrefix }
    return reader
  }

  /// Version, kind, what `body` appends, checksum.
  static func close(kind: UInt8, _ body: (inout [UInt8]) -> Void) -> [UInt8] {
    var out: [UInt8] = [version, kind]
    body(&out)
    append(CRC32.checksum(out.span), to: &out)
    return out
  }

  /// Appends a number, its most significant byte first.
  static func append<I: FixedWidthInteger & UnsignedInteger>(_ value: I, to out: inout [UInt8]) {
    for i in 0..<I.bitWidth / 8 { out.append(UInt8(truncatingIfNeeded: value >> I(I.bitWidth - 8 - 8 * i))) }
  }
}
