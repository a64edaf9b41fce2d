import Coinslot
import Synchronization

/// Whether the node can be trusted with new customers: reachable, on the right network, in sync, and heard.
final class LightningCondition: Sendable {
  static let everyMS: Int64 = 10_000
  static let retryMS: Int64 = 2_000

  private struct State {
    var answer: String? = "the node has not answered yet"
    var feed: String?
    /// Its data went back behind what we recorded; nothing but the operator's word ends this.
    var rewound: String?
  }
  private let state = Mutex(State())
  private let node: any LightningNode
  private let network: String?

  init(node: any LightningNode, network: String?) {
    self.node = node
    self.network = network
  }

  var health: SourceHealth {
    let trouble = state.withLock { $0.rewound ?? $0.answer ?? $0.feed }
    return trouble.map(SourceHealth.degraded) ?? .ok
  }

  /// Notes whether payments are told as they come; nil where they are.
  func setFeed(_ trouble: String?) { state.withLock { $0.feed = trouble } }

  /// Who the node is, asked for now; on a wrong network it is degraded before this throws.
  func facts() async throws(VerificationFailure) -> NodeFacts {
    let facts: NodeFacts
    do { facts = try await node.facts() } catch { throw note(error) }
    guard network == nil || facts.network == network else {
      let words = "wrong network: the node is on \(facts.network), and \(network ?? "") is asked for"
      state.withLock { $0.answer = words }
      throw .unavailable(words)
    }
    return facts
  }

  /// What a failure of the node means for who verifies; one that nobody but a person can mend is kept in mind.
  func note(_ failure: NodeFailure) -> VerificationFailure {
    switch failure {
    case .rewound(let words):
      state.withLock { $0.rewound = words }
      return .unavailable(words)
    case .away(let words), .refused(let words), .garbled(let words), .unsupported(let words), .conflict(let words):
      return .unavailable(words)
    }
  }

  /// Asks the node how it is, every few seconds, until cancelled.
  func watch() async {
    while !Task.isCancelled {
      let trouble = await trouble()
      state.withLock { $0.answer = trouble }
      try? await Task.sleep(for: .milliseconds(trouble == nil ? Self.everyMS : Self.retryMS))
    }
  }

  private func trouble() async -> String? {
    do {
      let facts = try await facts()
      return facts.warnings.isEmpty ? nil : "the node says: \(facts.warnings.joined(separator: "; "))"
    } catch {
      return error.words
    }
  }
}
