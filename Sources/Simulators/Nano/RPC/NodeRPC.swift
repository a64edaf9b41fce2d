import Coinslot
import Nano
package import Primitives

/// The RPC of the toy node: a request's body in, the reply's tree out.
///
/// Pure but for what `process` puts in the ledger.
package struct NodeRPC: Sendable {
  package let speech: NodeSpeech
  package var faults: NanoFaults
  package var nowMS: Int64
  /// When the node was started.
  package var startedMS: Int64
  /// The votes that ended, oldest first.
  package var elections: [EndedElection]

  package init(
    _ release: NodeRelease,
    faults: NanoFaults = NanoFaults(),
    nowMS: Int64,
    startedMS: Int64 = 0,
    elections: [EndedElection] = []
  ) {
    speech = NodeSpeech(release)
    self.faults = faults
    self.nowMS = nowMS
    self.startedMS = startedMS
    self.elections = elections
  }

  /// A vote that ended.
  package struct EndedElection: Sendable {
    package let hash: Bytes32
    package let election: Election

    package init(_ hash: Bytes32, _ election: Election) {
      self.hash = hash
      self.election = election
    }
  }

  /// What the node does besides answering.
  package enum Effect: Sendable, Equatable {
    /// A vote on a block begins.
    case startElection(Bytes32)
    /// A final block is announced once more.
    case announceAgain(Bytes32)
    /// A block came in.
    case arrived(Bytes32)
  }

  var release: NodeRelease { speech.release }

  /// Answers one request.
  ///
  /// Whatever goes wrong, the answer is a JSON object with an `error`.
  package func answer(_ body: [UInt8], _ ledger: inout ToyLedger) -> (reply: PropertyTree, effect: Effect?) {
    do throws(NodeError) {
      let request = try NodeRequest(body)
      return try act(try request.text("action"), request, &ledger)
    } catch {
      return (.object([.init("error", error.text)]), nil)
    }
  }

  private func act(
    _ action: String,
    _ request: NodeRequest,
    _ ledger: inout ToyLedger
  ) throws(NodeError) -> (reply: PropertyTree, effect: Effect?) {
    switch action {
    case "process": return try process(request, &ledger)
    case "block_confirm": return try blockConfirm(request, ledger)
    default: return (try tell(action, request, ledger), nil)
    }
  }

  private func tell(_ action: String, _ request: NodeRequest, _ ledger: ToyLedger) throws(NodeError) -> PropertyTree {
    switch action {
    case "account_balance": return .object(try balance(NodeRequest.account(request.text("account")), request, ledger))
    case "account_history": return try accountHistory(request, ledger)
    case "account_info": return try accountInfo(request, ledger)
    case "accounts_balances": return try accountsBalances(request, ledger)
    case "accounts_pending": return deprecated(try accountsReceivable(request, ledger), release.hasAccountsReceivable)
    case "accounts_receivable" where release.hasAccountsReceivable: return try accountsReceivable(request, ledger)
    case "block_count": return blockCount(ledger)
    case "block_info": return try blockInfo(request, ledger)
    case "blocks_info": return try blocksInfo(request, ledger)
    case "confirmation_history": return confirmationHistory(request)
    case "pending": return deprecated(try receivable(request, ledger), release.hasReceivable)
    case "receivable" where release.hasReceivable: return try receivable(request, ledger)
    case "telemetry" where release.hasTelemetry: return telemetry(ledger)
    case "version": return version(ledger)
    case _ where NodeRPC.controlActions.contains(action): throw .controlDisabled
    default: throw .unknownCommand
    }
  }

  /// Newer nodes mark the old names of calls.
  private func deprecated(_ tree: PropertyTree, _ isDeprecated: Bool) -> PropertyTree {
    guard isDeprecated, case .object(let members) = tree else { return tree }
    return .object([.init("deprecated", "1")] + members)
  }

  /// Calls that need `enable_control`, which the toy node does not have.
  private static let controlActions: Set<String> = [
    "account_create", "account_move", "account_remove", "account_representative_set", "accounts_create", "block_create",
    "bootstrap_lazy", "database_txn_tracker", "epoch_upgrade", "keepalive", "ledger", "node_id", "password_change",
    "receive", "receive_minimum", "receive_minimum_set", "search_pending", "search_pending_all", "search_receivable",
    "search_receivable_all", "send", "stop", "unchecked_clear", "unopened", "wallet_add", "wallet_add_watch",
    "wallet_change_seed", "wallet_contains", "wallet_create", "wallet_destroy", "wallet_lock",
    "wallet_representative_set", "wallet_republish", "wallet_seed", "wallet_work_get", "work_cancel", "work_generate",
    "work_get", "work_peer_add", "work_peers", "work_peers_clear", "work_set",
  ]
}
