import Coinslot
import GRDB
import Synchronization

/// Rings a bell when a commit has appended events.
final class EventWatch: Sendable {
  private let bell: Bell
  private let told: Mutex<Int64>

  /// Watches for events after `told`.
  init(_ bell: Bell, told: Int64) {
    self.bell = bell
    self.told = Mutex(told)
  }

  /// Looks whether there are new ones; a look that fails rings, since waking somebody for nothing does no harm.
  func look(at db: Database) {
    let newest = try? Tables(db).newestEvent()
    let isNew = told.withLock { told in
      defer { told = newest ?? told }
      return newest != told
    }
    if isNew { bell.ring() }
  }
}
