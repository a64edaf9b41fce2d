import Coinslot
import Primitives
import Synchronization

/// Whether the node can be trusted with new customers: reachable, on the right network, in sync, and heard.
///
/// The network is the one that the chain's name asks for and, from the first answer on, the one of that answer: a node
/// that is exchanged for one of another network is believed nothing until the process begins anew.
final class NodeCondition: Sendable {
  /// A node this many blocks behind its own ledger is not in sync: it confirms late or not at all.
  static let uncementedLimit: UInt64 = 50_000
  static let everyMS: Int64 = 15_000

  private struct State {
    var genesis: Bytes32?
    var answer: String? = "the node has not answered yet"
    var feed: String?
    var wasAsked = false
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

  /// Whether it was found unreachable, without peers or not in sync, and not well since.
  var isAwayOrBehind: Bool { state.withLock { $0.wasAsked && $0.answer != nil } }

  /// Notes whether notices reach us; nil where they do.
  func setFeed(_ trouble: String?) { state.withLock { $0.feed = trouble } }

  /// The genesis of the node's network, asked for now and checked.
  ///
  /// On a wrong network the source is degraded before this throws.
  func genesis() async throws(VerificationFailure) -> Bytes32 {
    let version: NodeVersion.Reply
    do { version = try await rpc.ask(NodeVersion()) } catch { throw VerificationFailure(error) }
    let genesis = version.networkIdentifier
    let expected = expected
    let wrong: String? = state.withLock { state in
      if let expected, genesis != expected {
        state.answer =
          "wrong network: the node is on another network (\(version.network ?? "unnamed")); check networks.nano.rpc"
        return state.answer
      }
      guard let known = state.genesis else {
        state.genesis = genesis
        return nil
      }
      guard known != genesis else { return nil }
      state.answer =
        "wrong network: the node was exchanged for one on another network; bring the old one back, or restart to begin "
        + "anew with this one"
      return state.answer
    }
    if let wrong { throw .unavailable(wrong) }
    return genesis
  }

  /// The node we talk to, asked for now; its network is checked as by `genesis()`.
  ///
  /// `node_id` is the second choice: its answer holds a secret, and needs rights we should not have.
  func identity() async throws(VerificationFailure) -> NodeIdentity {
    let genesis = try await genesis()
    if let told = try await tellsOrNil(Telemetry()), let nodeID = told.nodeID {
      return NodeIdentity(genesis: genesis, nodeID: nodeID)
    }
    return NodeIdentity(genesis: genesis, nodeID: try await tellsOrNil(NodeID()))
  }

  /// What the node answers; nil where it refuses to, or knows no such question.
  private func tellsOrNil<Action: RPCAction>(_ action: Action) async throws(VerificationFailure) -> Action.Reply? {
    do {
      return try await rpc.ask(action)
    } catch {
      guard case .unreachable = error else { return nil }
      throw VerificationFailure(error)
    }
  }

  /// Asks the node how it is, every few seconds, until cancelled.
  func watch() async {
    while !Task.isCancelled {
      let trouble = await trouble()
      state.withLock { state in
        state.answer = trouble
        state.wasAsked = true
      }
      try? await Task.sleep(for: .milliseconds(trouble == nil ? Self.everyMS : 2_000))
    }
  }

  private func trouble() async -> String? {
    do {
      _ = try await genesis()
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
