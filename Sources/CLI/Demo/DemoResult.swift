import Synchronization

/// A value that comes out of a demo's town.
final class DemoResult<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func set(_ new: Value) { value.withLock { $0 = new } }

  /// The value.
  ///
  /// - Throws: `Failure` where the town ended without one.
  func get() throws -> Value {
    guard let value = value.withLock({ $0 }) else { throw Failure(.failed, "the demo ended before its payment did") }
    return value
  }
}
