/// The features an invoice speaks of, by their numbers; even ones must be understood to pay it.
package struct Bolt11Features: Hashable, Sendable {
  /// The numbers of the bits that are set, ascending.
  package let bits: [Int]

  /// Features by their numbers, 0 … 5114.
  package init(_ bits: some Sequence<Int>) {
    self.bits = Set(bits).sorted()
    precondition(self.bits.allSatisfy { $0 >= 0 && $0 < 1_023 * 5 })
  }

  /// Features of words of five bits, the highest first.
  init(words: ArraySlice<UInt8>) {
    bits = words.reversed().enumerated().flatMap { place, word in
      (0..<5).filter { word >> UInt8($0) & 1 != 0 }.map { place * 5 + $0 }
    }
  }

  /// The words of five bits, the highest first, none of them zero in front.
  var words: [UInt8] {
    var words = [UInt8](repeating: 0, count: (bits.last ?? -5) / 5 + 1)
    for bit in bits { words[words.count - 1 - bit / 5] |= 1 << UInt8(bit % 5) }
    return words
  }

  /// The even bits that payers of today know: TLV onions, payment secret, several parts, blinded paths, keysend's
  /// relative, metadata.
  package static let known: Set<Int> = [8, 14, 16, 24, 36, 48]
  /// What a node of today sets: TLV onions and payment secret required, several parts possible.
  package static let usual = Bolt11Features([8, 14, 17])

  /// The lowest even bit that is not known; nil where all are.
  package var unknownEven: Int? { bits.first { $0 % 2 == 0 && !Bolt11Features.known.contains($0) } }
}
