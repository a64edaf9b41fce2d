package import Coinslot
import Synchronization

/// The start marks in force, for questions that cannot wait for the ledger.
package final class Marks: Sendable {
  private let marks = Mutex<[Account: StartMark]>([:])

  /// No marks yet: nothing is watched.
  package init() {}

  /// The mark of an account; nil while it is not yet watched.
  package subscript(account: Account) -> StartMark? {
    get { marks.withLock { $0[account] } }
  }

  func set(_ mark: StartMark) { marks.withLock { $0[mark.account] = mark } }
  func forget(_ chain: Chain) { marks.withLock { marks in marks = marks.filter { $0.key.chain != chain } } }
}
