/// A relay in the house with an off-timer of its own, so that no second message is needed to end a run.
protocol TimedRelay: Sendable {
  /// How an output stands; tells nothing else and changes nothing.
  func look(at output: UInt8, withinMS: Int64) async -> RelayLook
  /// Switches on, and off again by itself after that many milliseconds.
  func switchOn(_ output: UInt8, forMS: UInt64, startWithinMS: Int64) async -> RelayWord
  /// Switches off.
  func switchOff(_ output: UInt8, startWithinMS: Int64) async -> RelayWord
  /// How long a run becomes that shall last `ms` milliseconds; nil where it can last no such time.
  func runMS(for ms: UInt64) -> UInt64?
}

/// What a look at a relay showed.
enum RelayLook: Hashable, Sendable {
  case seen(RelayState)
  /// Nobody answers.
  case away
  /// Another device answers.
  case notOurs
  /// It wants another password.
  case notAllowed
  /// It answers, but not as such a relay with such an output does.
  case odd
}

/// How an output stands.
struct RelayState: Hashable, Sendable {
  /// Whether it is switched on.
  var isOn: Bool
  /// What is left of its timer, milliseconds; nil where none runs.
  var leftMS: UInt64?
  /// What its timer began with, milliseconds; nil where none runs.
  var wholeMS: UInt64?
  /// How long the device has been running, milliseconds.
  var uptimeMS: Int64
}

/// What a relay said to an order.
enum RelayWord: Hashable, Sendable {
  /// It did it.
  case accepted
  /// It did not, and says so.
  case refused
  /// It wants another password.
  case notAllowed
  /// Not a byte of the order left.
  case away
  /// It may have done it.
  case unclear
}
