package import Coinslot
import Synchronization

/// Payments that our node knows of and cannot tell all of, so that nobody forgets them in silence.
///
/// At most `limit` are kept; what comes beyond is counted only. One that could be told after all is taken out.
///
/// ## On failure
/// Nothing is kept: after a restart each is found, and noted, again.
package final class UntoldPayments: Sendable {
  package static let limit = 1_000

  private struct State {
    var why: [Account: [PaymentID: String]] = [:]
    var count = 0
    var isCut = false
  }
  private let state = Mutex(State())

  package init() {}

  /// Notes one.
  package func note(_ id: PaymentID, to account: Account, why: String) {
    state.withLock { state in
      guard state.why[account]?[id] == nil else { return }
      guard state.count < Self.limit else {
        state.isCut = true
        return
      }
      state.why[account, default: [:]][id] = why
      state.count += 1
    }
  }

  /// Takes one out.
  package func clear(_ id: PaymentID, to account: Account) {
    state.withLock { state in
      guard state.why[account]?.removeValue(forKey: id) != nil else { return }
      if state.why[account]?.isEmpty == true { state.why[account] = nil }
      state.count -= 1
    }
  }

  /// A sentence for each at an account, in a stable order, and one where some could not be kept.
  package func gaps(at account: Account) -> [String] {
    let (why, isCut) = state.withLock { ($0.why[account] ?? [:], $0.isCut) }
    return why.map { "payment \($0.key.transaction): \($0.value)" }.sorted()
      + (isCut ? ["more than \(Self.limit) payments cannot be told; only these are named"] : [])
  }
}
