import Coinslot
import Cryptography
import Nano
import Primitives

// What a node says about itself.

extension NodeRPC {
  func version(_ ledger: ToyLedger) -> PropertyTree {
    let first: [PropertyTree.Member] = [
      .init("rpc_version", "1"), .init("store_version", "\(release.storeVersion)"),
      .init("protocol_version", "\(release.protocolVersion)"), .init("node_vendor", "Nano \(release.name)"),
    ]
    guard release.namesNetwork else { return .object(first) }
    return .object(
      first + [
        .init("store_vendor", "LMDB 0.9.70"), .init("network", "sim"),
        .init("network_identifier", speech.hash(identifier(ledger))), .init("build_info", "Coinslot toy node"),
      ]
    )
  }

  func telemetry(_ ledger: ToyLedger) -> PropertyTree {
    let counts = ledger.counts
    let behind = faults.outOfSync ? 100_000 : 0
    // Named like the identity of a node: the prefix is its own, the rest is an account's text.
    let node = "node_" + NanoAddress.encode(ledger.genesisKey.account).dropFirst("nano_".count)
    return .object([
      .init("block_count", "\(counts.blocks + behind)"), .init("cemented_count", "\(counts.confirmed)"),
      .init("unchecked_count", "\(behind)"), .init("account_count", "\(counts.accounts)"),
      .init("bandwidth_cap", "10485760"), .init("peer_count", faults.outOfSync ? "0" : "12"),
      .init("protocol_version", "\(release.protocolVersion)"), .init("uptime", "\(max(0, nowMS - startedMS) / 1000)"),
      .init("genesis_block", speech.hash(identifier(ledger))), .init("major_version", "\(release.major)"),
      .init("minor_version", "\(release.minor)"), .init("patch_version", "0"), .init("pre_release_version", "0"),
      .init("maker", "0"), .init("timestamp", "\(nowMS)"), .init("active_difficulty", "fffffff800000000"),
      .init("database_backend", "lmdb"), .init("node_id", node),
      .init("signature", Hex.encode(statementSignature(ledger), uppercase: true)),
    ])
  }

  func confirmationHistory(_ request: NodeRequest) -> PropertyTree {
    let wanted = request.tree["hash"]?.text.flatMap(NodeRequest.hash)
    let shown = elections.filter { wanted == nil || $0.hash == wanted }
    let total = shown.reduce(0) { $0 + $1.election.durationMS }
    let stats: [PropertyTree.Member] =
      [.init("count", "\(shown.count)")]
      + (shown.isEmpty ? [] : [.init("average", "\(total / Int64(shown.count))")])
    let list = shown.map { ended in
      PropertyTree.object([
        .init("hash", speech.hash(ended.hash)), .init("duration", "\(ended.election.durationMS)"),
        .init("time", "\(ended.election.endedMS)"), .init("tally", ended.election.tally.description),
        .init("final", ended.election.final.description), .init("blocks", "\(ended.election.blocks)"),
        .init("voters", "\(ended.election.voters)"), .init("request_count", "\(ended.election.requests)"),
      ])
    }
    return .object([.init("confirmation_stats", .object(stats)), .init("confirmations", .list(list))])
  }

  private func identifier(_ ledger: ToyLedger) -> Bytes32 {
    guard faults.wrongGenesis else { return ledger.genesis }
    return Sodium.Blake2b.hash(Array("another network".utf8).span)
  }

  private func statementSignature(_ ledger: ToyLedger) -> [UInt8] {
    let statement = Sodium.Blake2b.hash(Array("\(nowMS)".utf8).span)
    return Ed25519Blake2b.sign(statement, privateKey: ledger.genesisKey.privateKey).bytes
  }
}
