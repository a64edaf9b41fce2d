import Coinslot
import Nano
import Primitives
import Simulators
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(3))) struct NodeIdentityTests {
  private let genesis = NanoFacts.genesisLive
  private let known = NodeIdentity(genesis: NanoFacts.genesisLive, nodeID: Sample.account)

  @Test(arguments: [Sample.account, nil]) func textAndBack(_ nodeID: Bytes32?) {
    let identity = NodeIdentity(genesis: genesis, nodeID: nodeID)
    #expect(NodeIdentity(identity.text) == identity)
    #expect(identity.text.hasPrefix(genesis.hex(uppercase: true)))
    #expect(identity.text.contains("node_") == (nodeID != nil))
  }

  @Test func otherTextsAreNone() {
    let first = genesis.hex()
    for text in ["", " ", "nano:live", known.text + " ", known.text + "x", "\(first) ", "\(first) nano_1"] {
      #expect(NodeIdentity(text) == nil, "\(text)")
    }
  }

  @Test func whatIsNotToldIsNoDifference() {
    let silent = NodeIdentity(genesis: genesis, nodeID: nil)
    #expect(known.mayBe(known) && known.mayBe(silent) && silent.mayBe(known) && silent.mayBe(silent))
    #expect(!known.mayBe(NodeIdentity(genesis: genesis, nodeID: Sample.payee)))
    #expect(!known.mayBe(NodeIdentity(genesis: NanoFacts.genesisBeta, nodeID: Sample.account)))
    #expect(!silent.mayBe(NodeIdentity(genesis: NanoFacts.genesisBeta, nodeID: nil)))
  }

  @Test func theAnswerToNodeIDIsReadWithoutItsSecret() throws {
    let text = "{\"private\": \"\(Sample.key.hex())\", \"public\": \"\(Sample.account.hex())\", "
    let good =
      text + "\"as_account\": \"\(NanoAddress.encode(Sample.account))\", "
      + "\"node_id\": \"\(NodeID.text(Sample.account))\"}"
    #expect(try NodeID().reply(decoding: Array(good.utf8).span) == Sample.account)
    let bad = text + "\"node_id\": \"\(NanoAddress.encode(Sample.account))\"}"
    #expect(throws: RPCFailure.unreadable(.badAccount("node_id"))) {
      try NodeID().reply(decoding: Array(bad.utf8).span)
    }
    #expect(String(decoding: NodeID().body, as: UTF8.self) == "{\"action\": \"node_id\"}")
  }

  @Test func aNodeTellsBothHalves() async throws {
    try await ToyTown.with { town in
      let identity = try #require(NodeIdentity(try await town.network.identity()))
      #expect(identity.genesis == town.sim.genesis && identity.nodeID != nil)
      #expect(try await town.network.identity() == identity.text)
      let genesis = identity.genesis.hex(uppercase: true)
      #expect(try await town.network.genesis() == genesis)
    }
  }

  /// No telemetry before release 21, and no rights for `node_id`.
  @Test func anOlderNodeTellsItsNetworkOnly() async throws {
    try await ToyTown.with(release: NodeRelease(20)) { town in
      let identity = try await town.network.identity()
      #expect(identity == town.sim.genesis.hex(uppercase: true))
    }
  }

  @Test func anUnreachableNodeHasNone() async throws {
    try await ToyTown.with { town in
      try await town.sim.change { $0.refuse = true }
      await #expect(throws: VerificationFailure.self) { try await town.network.identity() }
    }
  }

  @Test func aNodeOfAnotherNetworkIsBelievedNothing() async throws {
    try await ToyTown.with { town in
      let new = try await town.network.mark(town.account, least: ToyTown.price)
      let paid = try await town.pay()
      try await town.sim.change { $0.wrongGenesis = true }
      guard case .unavailable(let why) = await town.failure(paid, since: new.mark) else { Issue.record("sold"); return }
      #expect(why.contains("wrong network"))
      // At once, and not only when the node is next asked how it is.
      #expect(town.network.health.trouble?.contains("wrong network") == true)
      await #expect(throws: VerificationFailure.self) { try await town.network.identity() }
      await #expect(throws: VerificationFailure.self) {
        try await town.network.mark(town.account, least: ToyTown.price)
      }
      await #expect(throws: VerificationFailure.self) {
        try await town.network.reread(town.account, from: new.mark.cursor, least: ToyTown.price)
      }
      try await town.sim.change { $0.wrongGenesis = false }
      #expect(await town.failure(paid, since: new.mark) == nil)
    }
  }

  @Test func aMarkOfAnotherNetworkSellsNothing() async throws {
    try await ToyTown.with { town in
      let mark = try await town.network.mark(town.account, least: ToyTown.price).mark
      let paid = try await town.pay()
      let other = StartMark(
        account: mark.account,
        genesis: NanoFacts.genesisLive.hex(uppercase: true),
        takenAtMS: mark.takenAtMS,
        cursor: mark.cursor
      )
      guard case .unavailable = await town.failure(paid, since: other) else { Issue.record("sold"); return }
    }
  }
}
