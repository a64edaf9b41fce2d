import Coinslot
import Primitives
import Synchronization

/// Whom we listen for: accounts that slots wait at, and keys that watchers without a slot asked for.
///
/// Asked for every block of the whole network, so a look-up is one hash.
final class WatchSet: Sendable {
  private struct State {
    var accounts: [Bytes32: Account] = [:]
    var others: Set<Bytes32> = []
    var version: UInt64 = 0
  }
  private let state = Mutex(State())
  /// Rings when the set changes.
  let bell = Bell()

  /// The account of a slot that this key is; nil for all others.
  func account(_ key: Bytes32) -> Account? { state.withLock { $0.accounts[key] } }
  /// Whether a watcher asked for the key.
  func isWatchedByOthers(_ key: Bytes32) -> Bool { state.withLock { $0.others.contains(key) } }
  /// Every key listened for, in a stable order, and the number of the change that made it so.
  var all: (keys: [Bytes32], version: UInt64) {
    state.withLock { (Set($0.accounts.keys).union($0.others).sorted(), $0.version) }
  }

  func setAccounts(_ accounts: [Bytes32: Account]) {
    let changed = state.withLock { state in
      guard state.accounts != accounts else { return false }
      state.accounts = accounts
      state.version += 1
      return true
    }
    if changed { bell.ring() }
  }

  func setOthers(_ keys: Set<Bytes32>) {
    let changed = state.withLock { state in
      guard state.others != keys else { return false }
      state.others = keys
      state.version += 1
      return true
    }
    if changed { bell.ring() }
  }
}
