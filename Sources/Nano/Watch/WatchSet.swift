package import Coinslot
package import Primitives
import Synchronization

/// Whom we listen for: accounts that slots wait at, each with the least amount worth hearing of, and keys that watchers
/// without a slot asked for.
///
/// Asked for every block of the whole network, so a look-up is one hash.
///
/// ## On failure
/// Nothing is kept: after a restart a least amount that was raised lately holds at once.
package final class WatchSet: Sendable {
  /// How long an account goes on hearing the lower of two least amounts after the amount was raised, milliseconds.
  ///
  /// A quote on a shared account keeps its old price until it ends, and its amount stays reserved a day after that.
  package static let easedForMS: Int64 = 26 * 3_600_000

  private struct Watched {
    let account: Account
    var least: Amount
    var eased: (least: Amount, untilMS: Int64)?

    func least(atMS nowMS: Int64) -> Amount {
      guard let eased, nowMS < eased.untilMS else { return least }
      return min(eased.least, least)
    }
  }

  private struct State {
    var accounts: [Bytes32: Watched] = [:]
    var others: Set<Bytes32> = []
    var version: UInt64 = 0
  }
  private let state = Mutex(State())

  package init() {}

  /// The account of a slot that this key is; nil for all others.
  package func account(_ key: Bytes32) -> Account? { state.withLock { $0.accounts[key]?.account } }

  /// Whether a watcher asked for the key.
  package func isWatchedByOthers(_ key: Bytes32) -> Bool { state.withLock { $0.others.contains(key) } }

  /// The least amount that the slots at this key hear of; nil where there are none.
  package func least(_ key: Bytes32, atMS nowMS: Int64) -> Amount? {
    state.withLock { $0.accounts[key]?.least(atMS: nowMS) }
  }

  /// Whether the slots at this key have no use for so little.
  ///
  /// False for an amount that is not known, and for a key without slots.
  package func isDust(_ amount: Amount?, for key: Bytes32, atMS nowMS: Int64) -> Bool {
    guard let amount, amount > .zero, let least = least(key, atMS: nowMS) else { return false }
    return amount < least
  }

  /// The number of the change that made the set of keys what it is.
  package var version: UInt64 { state.withLock { $0.version } }

  /// Every key listened for, and the number of the change that made it so.
  package var all: (keys: Set<Bytes32>, version: UInt64) {
    state.withLock { (Set($0.accounts.keys).union($0.others), $0.version) }
  }

  /// Replaces the accounts of slots.
  package func setAccounts(_ accounts: [Bytes32: (account: Account, least: Amount)], nowMS: Int64) {
    state.withLock { state in
      var next: [Bytes32: Watched] = [:]
      next.reserveCapacity(accounts.count)
      for (key, entry) in accounts {
        var watched = Watched(account: entry.account, least: entry.least)
        if let old = state.accounts[key] {
          let heard = old.least(atMS: nowMS)
          if heard < entry.least {
            let wasRaised = old.least < entry.least
            watched.eased = (heard, wasRaised ? nowMS + Self.easedForMS : old.eased?.untilMS ?? nowMS)
          }
        }
        next[key] = watched
      }
      if next.keys != state.accounts.keys { state.version += 1 }
      state.accounts = next
    }
  }

  /// Replaces the keys of watchers without a slot.
  package func setOthers(_ keys: Set<Bytes32>) {
    state.withLock { state in
      guard state.others != keys else { return }
      state.others = keys
      state.version += 1
    }
  }
}
