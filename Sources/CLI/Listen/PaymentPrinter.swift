import Foundation
import Primitives
import Synchronization

/// Prints payments, each once, and says when enough were printed.
final class PaymentPrinter: Sendable {
  private struct State {
    var left: Int?
    var known: Set<String> = []
    var order: [String] = []
  }
  /// Payments remembered so that none is printed twice; the oldest are forgotten first.
  private static let memory = 10_000

  private let isJSON: Bool
  private let state: Mutex<State>

  /// A printer; `count` payments are enough, or none ever is.
  init(isJSON: Bool, count: Int?) {
    self.isJSON = isJSON
    state = Mutex(State(left: count))
  }

  /// Prints a payment, unless it was printed before.
  ///
  /// - Parameter facts: With `type`, `at_ms`, `account`, `amount`, `asset`, `decimals`, `transaction`.
  /// - Throws: `Enough` after the last one wanted.
  func tell(_ facts: JSONValue) throws {
    let key =
      "\(facts["type"]?.string ?? "") \(facts["transaction"]?.string ?? "") \(Readable.text(facts["position"]) ?? "0")"
    let isLast: Bool? = state.withLock { state in
      guard state.left != 0, state.known.insert(key).inserted else { return nil }
      state.order.append(key)
      if state.order.count > Self.memory { state.known.remove(state.order.removeFirst()) }
      state.left = state.left.map { $0 - 1 }
      return state.left == 0
    }
    guard let isLast else { return }
    Standard.line(isJSON ? facts.text() : line(facts))
    if isLast { throw Enough() }
  }

  private func line(_ facts: JSONValue) -> String {
    let word = facts["type"]?.string?.split(separator: ".").last.map(String.init) ?? ""
    let parts = [
      Readable.moment(facts["at_ms"]),
      Readable.amount("amount", of: facts).map { $0 + (facts["simulation"]?.bool == true ? " (toy)" : "") },
      facts["account"]?.string.map { "to \(Readable.short($0, ends: 12) ?? $0)" }, word,
      facts["reason"]?.string.map { "(\($0))" }, facts["id"]?.string ?? facts["transaction"]?.string,
    ]
    return Standard.plain(parts.compactMap { $0 }.joined(separator: "  "))
  }

  /// As many payments as wanted were printed.
  struct Enough: Error {}
}

/// How long to wait before the next attempt: a second at first, half a minute at most.
struct Patience {
  private var seconds = 1

  /// Waits and grows.
  ///
  /// - Throws: `CancellationError`.
  mutating func wait(because words: String) async throws {
    Standard.error("coinslot: \(Standard.plain(words)); trying again in \(seconds) s")
    try await Task.sleep(for: .seconds(seconds))
    seconds = min(seconds * 2, 30)
  }

  /// Begins anew, after something went well.
  mutating func renew() { seconds = 1 }
}
