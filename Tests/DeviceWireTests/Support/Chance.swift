/// Numbers that look like chance and are the same again for the same seed (SplitMix64).
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func isTrue(oneIn count: UInt64) -> Bool { next() % count == 0 }

  mutating func pick<T>(_ list: [T]) -> T { list[Int(next() % UInt64(list.count))] }
}
