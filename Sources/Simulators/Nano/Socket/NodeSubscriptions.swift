import Nano
package import Primitives

/// What one client of the node's WebSocket has subscribed to, and what becomes of its requests.
///
/// Pure.
package struct NodeSubscriptions: Sendable {
  private let release: NodeRelease
  private var topics: [Topic: Filter?] = [:]
  /// How many accounts one client may name; a real node has no such bound.
  static let maxAccounts = 50_000

  package init(_ release: NodeRelease) { self.release = release }

  package enum Topic: String, Sendable, CaseIterable {
    case confirmation, vote, work, bootstrap, telemetry, ack
    case startedElection = "started_election"
    case stoppedElection = "stopped_election"
    case newUnconfirmedBlock = "new_unconfirmed_block"
  }

  /// What is answered to a request.
  ///
  /// There are no error messages.
  package enum Answer: Sendable, Equatable {
    /// Done, and an answer was asked for: an acknowledgement of this action under this id.
    case ack(action: String, id: String)
    /// Done without a word, or not done without a word.
    case silence
    /// What came was no JSON: the node reads no more from this client and lets it go without a close frame.
    case drop
  }

  /// Takes a request.
  package mutating func handle(_ text: [UInt8]) -> Answer {
    guard let request = try? PropertyTree(parsing: text) else { return .drop }
    let action = request["action"]?.text ?? ""
    let topic = request["topic"]?.text.flatMap(Topic.init(rawValue:)).flatMap { knows($0) ? $0 : nil }
    let id = request["id"]?.text ?? ""
    if action == "ping", release.hasPing { return .ack(action: "pong", id: id) }
    guard let topic, perform(action, topic, request["options"]) else { return .silence }
    return request["ack"]?.truth == true ? .ack(action: action, id: id) : .silence
  }

  private func knows(_ topic: Topic) -> Bool { topic != .newUnconfirmedBlock || release.hasNewBlockTopic }

  private mutating func perform(_ action: String, _ topic: Topic, _ options: PropertyTree?) -> Bool {
    switch action {
    case "subscribe":
      topics[topic] = .some(topic == .confirmation ? options.map { Filter($0) } : nil)
      return true
    case "unsubscribe":
      topics[topic] = nil
      return true
    case "update" where release.hasUpdate:
      guard var filter = topics[topic] ?? nil, let options else { return false }
      filter.update(options)
      topics[topic] = filter
      return true
    default: return false
    }
  }

  package func has(_ topic: Topic) -> Bool { topics[topic] != nil }

  /// What extras this client asked of confirmations; nil where it did not subscribe to them.
  package var shape: MessageShape? {
    guard let filter = topics[.confirmation] else { return nil }
    return filter?.shape ?? MessageShape()
  }

  /// Whether a confirmation goes to this client; `isLocal` tells whether an account is in the node's own wallet.
  package func wants(_ saying: Saying, _ way: Way, isLocal: (Bytes32) -> Bool) -> Bool {
    guard let filter = topics[.confirmation] else { return false }
    return filter?.passes(saying, way, isLocal: isLocal) ?? true
  }
}

extension NodeSubscriptions {
  /// The options of a subscription to confirmations.
  struct Filter: Sendable {
    var shape: MessageShape
    private var ways: Set<Way>
    private var accounts: Set<Bytes32>?
    private var allLocalAccounts = false

    init(_ options: PropertyTree) {
      shape = MessageShape(
        block: options["include_block"]?.truth ?? true,
        election: options["include_election_info"]?.truth ?? false,
        votes: options["include_election_info_with_votes"]?.truth ?? false,
        sideband: options["include_sideband_info"]?.truth ?? false
      )
      ways =
        switch options["confirmation_type"]?.text?.lowercased() {
        case "active": [.activeQuorum, .activeConfirmationHeight]
        case "active_quorum": [.activeQuorum]
        case "active_confirmation_height": [.activeConfirmationHeight]
        case "inactive": [.inactive]
        default: Set(Way.allCases)
        }
      if let list = options["accounts"] { change(list, by: .insert) }
      if let truth = options["all_local_accounts"]?.truth {
        allLocalAccounts = truth
        accounts = accounts ?? []
      }
    }

    private enum Change { case insert, remove }

    mutating func update(_ options: PropertyTree) {
      if let list = options["accounts_add"] { change(list, by: .insert) }
      if let list = options["accounts_del"] { change(list, by: .remove) }
    }

    /// Texts that are no accounts are passed over.
    ///
    /// Naming a list at all, even an empty one, switches the filter on.
    private mutating func change(_ list: PropertyTree, by change: Change) {
      var filtered = accounts ?? []
      for element in list.children {
        guard let key = element.text.flatMap({ try? NanoAddress.decode($0) }) else { continue }
        if change == .remove { filtered.remove(key) }
        if change == .insert, filtered.count < NodeSubscriptions.maxAccounts { filtered.insert(key) }
      }
      accounts = filtered
    }

    /// The node looks for the sender beside the block and for `link_as_account` inside it; where a message has none,
    /// as without its block or with a retired one, a filter lets nothing through.
    func passes(_ saying: Saying, _ way: Way, isLocal: (Bytes32) -> Bool) -> Bool {
      guard ways.contains(way) else { return false }
      guard let accounts else { return true }
      guard shape.block, case .state(let block) = saying.block else { return false }
      let sides = [saying.account, block.link]
      return sides.contains { accounts.contains($0) } || allLocalAccounts && sides.contains(where: isLocal)
    }
  }
}
