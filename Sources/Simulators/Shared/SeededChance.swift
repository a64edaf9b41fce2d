/// Chance that repeats: the same seed gives the same numbers on every machine.
///
/// It decides which messages of a simulator get lost; nothing secret may depend on it.
public struct SeededChance: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Chance from a seed; every seed is as good as another.
  public init(seed: UInt64) { state = seed }

  /// The next number, all values equally likely (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// Whether it happens this time, where it happens `percent` times in a hundred.
  ///
  /// Draws one number in any case, so that switching one fault on does not shift the luck of the others.
  public mutating func happens(percent: Int) -> Bool { next() % 100 < UInt64(max(0, min(percent, 100))) }
}
