import Primitives

/// Records of type, length and value, as BOLT 1 writes them: ascending types, numbers in their shortest form.
enum TLVStream {
  /// A record.
  struct Record: Hashable, Sendable {
    let type: UInt64
    let value: [UInt8]
  }

  /// The records of a whole stream.
  ///
  /// - Throws: `Bolt12Refusal.badStream` or `.badOrder`.
  static func records(_ bytes: Span<UInt8>) throws(Bolt12Refusal) -> [Record] {
    var records: [Record] = []
    var reader = ByteReader()
    while reader.remaining(in: bytes) > 0 {
      let type = try bigSize(&reader, bytes)
      let length = try bigSize(&reader, bytes)
      guard length <= UInt64(reader.remaining(in: bytes)), let place = try? reader.take(Int(length), in: bytes) else {
        throw .badStream
      }
      if let last = records.last, type <= last.type { throw .badOrder }
      records.append(Record(type: type, value: place.map { bytes[$0] }))
    }
    return records
  }

  private static func bigSize(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(Bolt12Refusal) -> UInt64 {
    do {
      let first = try reader.uint8(in: bytes)
      let (value, least): (UInt64, UInt64) =
        switch first {
        case 0xfd: (UInt64(try reader.integer(UInt16.self, in: bytes)), 0xfd)
        case 0xfe: (UInt64(try reader.integer(UInt32.self, in: bytes)), 0x1_0000)
        case 0xff: (try reader.integer(UInt64.self, in: bytes), 0x1_0000_0000)
        default: (UInt64(first), 0)
        }
      guard value >= least else { throw Refusal.notCanonical }
      return value
    } catch { throw .badStream }
  }
}

extension TLVStream.Record {
  /// The value as a whole number without leading zero bytes.
  ///
  /// - Throws: `Bolt12Refusal.badRecord`.
  func number() throws(Bolt12Refusal) -> UInt64 {
    guard value.count <= 8, value.first != 0 else { throw .badRecord(type) }
    return value.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The value as text.
  ///
  /// - Throws: `Bolt12Refusal.badRecord`.
  func text() throws(Bolt12Refusal) -> String {
    guard let text = String(validating: value, as: UTF8.self) else { throw .badRecord(type) }
    return text
  }
}
