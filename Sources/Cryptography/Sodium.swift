import CSodium

/// Names for what libsodium does for us; the same algorithms exist in `Primitives` for microcontrollers.
///
/// Everything here may be called from any thread. Before `start()` hashes are right and slower, since the library has
/// not looked at the processor yet; randomness starts it by itself.
public enum Sodium {
  /// Starts the library, so that its absence shows at start and not at the first payment.
  ///
  /// Calling it again costs nothing.
  ///
  /// - Throws: `SodiumUnavailable` where the operating system gives no randomness.
  public static func start() throws(SodiumUnavailable) {
    guard isReady else { throw SodiumUnavailable() }
  }

  /// Whether two secrets are equal, in a time that depends on their lengths only.
  public static func areEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    return a.withUnsafeBytes { a in b.withUnsafeBytes { b in sodium_memcmp(a.baseAddress, b.baseAddress, a.count) == 0 }
    }
  }

  /// Whether two secrets are equal, in a time that depends on their lengths only.
  public static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { areEqual(a.span, b.span) }

  static let isReady = sodium_init() >= 0
}

/// libsodium could not start.
public struct SodiumUnavailable: Error, Hashable, Sendable {}
