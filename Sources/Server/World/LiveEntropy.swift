import Coinslot
import Cryptography

/// Chance from the operating system.
struct LiveEntropy: Entropy {
  func bytes(_ count: Int) -> [UInt8] { SystemEntropy().bytes(count) }
}
