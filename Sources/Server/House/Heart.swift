import Coinslot
import Synchronization

/// Gives systemd a sign of life only while the server's inner organs answer: the ledger's writer and the event loops.
///
/// A ledger that answers with an error (a full disk) is alive: a restart would not mend it, and an alarm tells of it. One
/// that does not answer at all is not.
final class Heart: Sendable {
  private let lastMS: Mutex<Int64>
  private let notifier: SystemdNotifier
  private let clock: any Clock
  private let organs: @Sendable () async -> Void

  /// A heart; `organs` returns once every organ has answered.
  init(notifier: SystemdNotifier, clock: any Clock, organs: @escaping @Sendable () async -> Void) {
    self.notifier = notifier
    self.clock = clock
    self.organs = organs
    lastMS = Mutex(clock.nowMS)
  }

  /// Whether every organ answered within this time.
  func isWell(within ms: Int64) -> Bool { clock.nowMS - lastMS.withLock { $0 } <= ms }

  /// Beats until cancelled; nothing where nobody listens.
  func run() async {
    guard let beatMS = notifier.beatMS else { return }
    await withTaskGroup(of: Void.self) { group in
      // Two tasks: an organ that hangs must not take the other with it.
      group.addTask {
        while !Task.isCancelled {
          await self.organs()
          self.lastMS.withLock { $0 = self.clock.nowMS }
          await self.clock.pause(forMS: max(1, beatMS / 4))
        }
      }
      group.addTask {
        while !Task.isCancelled {
          // Twice the beat is all that systemd waits.
          if self.isWell(within: beatMS) { self.notifier.tell(.alive) }
          await self.clock.pause(forMS: beatMS)
        }
      }
      await group.next()
      group.cancelAll()
    }
  }
}
