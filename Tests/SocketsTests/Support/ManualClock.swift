import Synchronization

@testable import Sockets

/// A clock that stands still until a test moves it.
final class ManualClock: Sendable {
  private let time = Mutex<Int64>(1_000_000)

  var nowMS: Int64 { time.withLock { $0 } }

  /// Lets time pass, and the sweeper of `listener` go round.
  func pass(_ milliseconds: Int64, _ listener: Listener) async {
    time.withLock { $0 += milliseconds }
    await listener.sweeper.goRound()
  }
}
