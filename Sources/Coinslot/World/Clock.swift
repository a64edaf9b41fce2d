/// The only door for time.
public protocol Clock: Sendable {
  /// Milliseconds since 1970 that never jump: the wall clock at start plus what a monotonic clock, counting suspend,
  /// has measured since.
  var nowMS: Int64 { get }
}

/// The only door for chance.
public protocol Entropy: Sendable {
  /// `count` unpredictable bytes.
  func bytes(_ count: Int) -> [UInt8]
}
