/// The only door for time.
public protocol Clock: Sendable {
  /// Milliseconds since 1970 that never jump: the wall clock at start plus what a monotonic clock, counting suspend,
  /// has measured since.
  var nowMS: Int64 { get }
  /// The wall clock as the system shows it now, milliseconds since 1970; whoever sets it moves this and not `nowMS`.
  var wallMS: Int64 { get }
  /// Makes `nowMS` agree with `wallMS`; only for who knows that nothing open counts on the difference.
  func adoptWall()
  /// Returns after that many milliseconds of `nowMS`, or at once when the task is cancelled.
  func pause(forMS: Int64) async
}

/// The only door for chance.
public protocol Entropy: Sendable {
  /// `count` unpredictable bytes.
  func bytes(_ count: Int) -> [UInt8]
}
