extension StaticString {
  /// The byte at `offset` of its UTF-8; `offset` must be below `utf8CodeUnitCount`.
  @inline(__always)
  package func byte(at offset: Int) -> UInt8 {
    precondition(hasPointerRepresentation && offset >= 0 && offset < utf8CodeUnitCount)
    return utf8Start[offset]
  }

  /// Whether both have the same UTF-8.
  package func hasSameBytes(as other: StaticString) -> Bool {
    guard utf8CodeUnitCount == other.utf8CodeUnitCount else { return false }
    for i in 0..<utf8CodeUnitCount where byte(at: i) != other.byte(at: i) { return false }
    return true
  }

  /// Whether its UTF-8 is exactly `bytes[range]`.
  package func equals(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard utf8CodeUnitCount == range.count else { return false }
    for i in 0..<range.count where byte(at: i) != bytes[range.lowerBound + i] { return false }
    return true
  }
}
