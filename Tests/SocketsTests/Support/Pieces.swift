import TestKit

extension SeededRandom {
  /// The bytes cut into pieces of chance lengths, as a network may deliver them.
  mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
    var rest = bytes[...]
    var out: [[UInt8]] = []
    while !rest.isEmpty {
      let count = Int.random(in: 1...max(1, min(rest.count, 40)), using: &self)
      out.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return out
  }
}
