/// Whether two byte strings are the same, in a time that does not tell where they differ.
///
/// Their lengths are not secret: different lengths answer at once.
@inlinable
public func equalInConstantTime(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  var difference: UInt8 = 0
  var i = a.startIndex
  var j = b.startIndex
  while i != a.endIndex && j != b.endIndex {
    difference |= a[i] ^ b[j]
    a.formIndex(after: &i)
    b.formIndex(after: &j)
  }
  return difference == 0
}

/// Whether two byte strings are the same, in a time that does not tell where they differ.
public func equalInConstantTime(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  var difference: UInt8 = 0
  for i in 0..<a.count { difference |= a[i] ^ b[i] }
  return difference == 0
}
