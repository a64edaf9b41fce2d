import CSodium

/// Unpredictable bytes from the operating system.
public struct SystemEntropy: Sendable {
  /// The source; there is only one.
  public init() {}

  /// `count` unpredictable bytes, fit for keys.
  ///
  /// Never fails once the library has started.
  public func bytes(_ count: Int) -> [UInt8] {
    precondition(count >= 0)
    precondition(Sodium.isReady, "libsodium did not start: call Sodium.start() first and stop where it throws")
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }
}
