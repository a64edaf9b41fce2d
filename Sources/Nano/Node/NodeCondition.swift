import Coinslot
import Primitives
import Synchronization

/// Whether the node can be trusted with new customers: reachable, on the right network, in sync, and heard.
final class NodeCondition: Sendable {
  /// A node this many blocks behind its own ledger is not in sync: it confirms late or not at all.
  static let uncementedLimit: UInt64 = 50_000
  static let everyMS: Int64 = 15_000

  private struct State {
    var genesis: String?
    var answer: String? = "the node has not answered yet"
    var feed: String?
  }
  private let state: Mutex<State>
  private let rpc: NanoRPC
  private let expected: Bytes32?

  /// `expected` is the genesis that the chain must have; nil where any is right, as on a toy network.
  init(rpc: NanoRPC, expected: Bytes32?, feed: String?) {
    self.rpc = rpc
    self.expected = expected
    state = Mutex(State(feed: feed))
  }

  var health: SourceHealth {
    let trouble = state.withLock { $0.answer ?? $0.feed }
    return trouble.map(SourceHealth.degraded) ?? .ok
  }

  /// Notes whether notices reach us; nil where they do.
  func setFeed(_ trouble: String?) { state.withLock { $0.feed = trouble } }

  /// The genesis of the node's network, checked.
  func genesis() async throws(VerificationFailure) -> String {
    let version: NodeVersion.Reply
    do { version = try await rpc.ask(NodeVersion()) } catch { throw VerificationFailure(error) }
    if let expected, version.networkIdentifier != expected {
      let words = "the node is on another network (\(version.network ?? "unnamed")); check networks.nano.rpc"
      state.withLock { $0.answer = words }
      throw .unavailable(words)
    }
    return version.networkIdentifier.hex(uppercase: true)
  }

  /// Asks the node how it is, every few seconds, until cancelled.
  func watch() async {
    while !Task.isCancelled {
      let trouble = await trouble()
      state.withLock { $0.answer = trouble }
      try? await Task.sleep(for: .milliseconds(trouble == nil ? Self.everyMS : 2_000))
    }
  }

  private func trouble() async -> String? {
    do {
      let genesis = try await genesis()
      if let known = state.withLock({ $0.genesis }), known != genesis {
        return "the node was exchanged for one on another network; restart to begin anew with it"
      }
      state.withLock { $0.genesis = genesis }
      let telemetry = try await rpc.ask(Telemetry())
      if telemetry.uncemented > Self.uncementedLimit {
        return "the node is not in sync: \(telemetry.uncemented) blocks wait for confirmation"
      }
      return telemetry.peerCount == 0 ? "the node has no peers" : nil
    } catch let failure as VerificationFailure {
      guard case .unavailable(let why) = failure else { return "\(failure)" }
      return why
    } catch let failure as NodeFailure {
      return failure.words
    } catch {
      return "the node cannot be asked"
    }
  }
}
