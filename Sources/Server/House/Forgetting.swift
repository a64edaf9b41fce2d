import Coinslot
import Logging

/// Forgets what was kept of people once its time is over.
struct Forgetting: Sendable {
  static let everyMS: Int64 = 3_600_000
  /// Rounds without a pause; what is left then waits for the next hour.
  static let rounds = 1_000

  let ledger: any Ledger
  let clock: any Clock
  let log: Logger

  /// Works until cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        let count = try await lookOnce()
        if count > 0 { log.info("what was kept of people was forgotten", metadata: ["records": "\(count)"]) }
      } catch {
        log.warning("what was kept of people could not be forgotten", metadata: ["error": "\(error)"])
      }
      await clock.pause(forMS: Self.everyMS)
    }
  }

  /// Forgets what is due; gives how many records went.
  ///
  /// - Throws: What the ledger throws.
  func lookOnce() async throws -> Int {
    var count = 0
    for _ in 0..<Self.rounds {
      let gone = try await ledger.forgetPersons(before: clock.nowMS)
      count += gone
      if gone == 0 { break }
    }
    return count
  }
}
