import Coinslot
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// What a toy node's word is worth: of releases that tell much and little, whole and pruned.
@Suite(.serialized, .timeLimit(.minutes(3))) struct NanoVerifierTests {
  private static let price = ToyTown.price
  /// Names the block that took a send up, from release 24 on; before, it says only whether one did.
  static let releases = [NodeRelease.newest, NodeRelease(23)]
  static let inAWhile: Int64 = 4_000_000_000_000

  private func mark(_ town: ToyTown, atMS: Int64? = nil, cursor: Cursor? = nil) async throws -> StartMark {
    let mark = try await town.network.mark(town.account, least: Self.price).mark
    return StartMark(
      account: mark.account,
      genesis: mark.genesis,
      takenAtMS: atMS ?? mark.takenAtMS,
      cursor: cursor ?? mark.cursor
    )
  }

  // MARK: - The least amount

  @Test func dustIsRefusedWhereSlotsHaveALeast() async throws {
    try await ToyTown.with { town in
      let mark = try await mark(town)
      let dust = try await town.pay(Amount(Self.price.units - 1)), real = try await town.pay()
      // Nobody said a least amount: an account of a quote's own.
      #expect(await town.failure(dust, since: mark) == nil)
      await town.network.watch([town.account: Self.price])
      guard case .refused = await town.failure(dust, since: mark) else { Issue.record("taken"); return }
      #expect(await town.failure(real, since: mark) == nil)
      await town.network.watch([town.account: Amount(1)])
      #expect(await town.failure(dust, since: mark) == nil)
    }
  }

  @Test func aRaisedLeastStillTakesThePriceOfBefore() async throws {
    try await ToyTown.with { town in
      let mark = try await mark(town)
      await town.network.watch([town.account: Self.price])
      await town.network.watch([town.account: Self.price.doubled])
      let paid = try await town.pay()
      #expect(await town.failure(paid, since: mark) == nil)
      let found = try await town.network.reread(town.account, from: mark.cursor, least: Self.price.doubled)
      #expect(found.sightings.map(\.id) == [paid.id])
      town.clock.advance(WatchSet.easedForMS)
      guard case .refused = await town.failure(paid, since: mark) else { Issue.record("taken"); return }
    }
  }

  // MARK: - Before or after the start

  @Test(arguments: releases) func whatCameAfterTheMarkIsNew(_ release: NodeRelease) async throws {
    try await ToyTown.with(release: release) { town in
      let mark = try await mark(town)
      let paid = try await town.pay()
      #expect(try await !town.network.verify(paid, since: mark).isBeforeStart)
      try await town.pocket()
      #expect(try await !town.network.verify(paid, since: mark).isBeforeStart)
    }
  }

  @Test(arguments: releases) func whatWasTakenUpBeforeTheMarkIsOld(_ release: NodeRelease) async throws {
    try await ToyTown.with(release: release, nowMS: Self.inAWhile) { town in
      let paid = try await town.pay()
      try await town.pocket()
      #expect(try await town.network.verify(paid, since: mark(town)).isBeforeStart)
    }
  }

  /// Too little for the least of then, or not final then: the mark's list does not have it, the node's clock does.
  @Test(arguments: releases) func whatLayThereUnlistedIsOld(_ release: NodeRelease) async throws {
    try await ToyTown.with(release: release, nowMS: Self.inAWhile) { town in
      let dust = try await town.pay(Amount(Self.price.units - 1))
      let mark = try await mark(town)
      #expect(try await town.network.verify(dust, since: mark).isBeforeStart)
      // Taken up later, it is no newer for that.
      try await town.pocket()
      #expect(try await town.network.verify(dust, since: mark).isBeforeStart)
    }
  }

  /// The block that took it up is pruned, so its place is not to be had: the clock tells.
  @Test func withoutTheReceiveTheClockTells() async throws {
    try await ToyTown.with { town in
      let early = try await mark(town)
      let paid = try await town.pay()
      try await town.pocket()
      _ = try await town.sim.changeRepresentative(of: town.sim.accounts.count - 1, to: Sample.payee)
      try await Task.sleep(for: .milliseconds(300))
      let receive = try #require(
        try await town.rpc.ask(BlocksInfo(hashes: [hash(paid)], receiveHash: true)).blocks[hash(paid)]?.receiveHash
      )
      try await town.sim.prune(town.shop.account)
      #expect(try await town.rpc.ask(BlocksInfo(hashes: [receive])).blocks.isEmpty)
      #expect(try await !town.network.verify(paid, since: early).isBeforeStart)
      let late = StartMark(
        account: early.account,
        genesis: early.genesis,
        takenAtMS: Self.inAWhile,
        cursor: early.cursor
      )
      #expect(try await town.network.verify(paid, since: late).isBeforeStart)
    }
  }

  /// The account had a block then, so a node that tells no receive has only its clock; the mark's second is before.
  @Test func theSecondOfTheMarkIsBefore() async throws {
    try await ToyTown.with(release: NodeRelease(23)) { town in
      let early = try await mark(town)
      let paid = try await town.pay()
      try await town.pocket()
      let second = Int64(try await town.block(hash(paid)).localTimestamp) * 1_000
      for (atMS, isBefore) in [(second - 1, false), (second, true), (second + 999, true)] {
        let mark = StartMark(account: early.account, genesis: early.genesis, takenAtMS: atMS, cursor: early.cursor)
        #expect(try await town.network.verify(paid, since: mark).isBeforeStart == isBefore)
      }
    }
  }

  /// What an account takes up that had no block at the mark came to it after, or lay there and is in the books.
  @Test func whatAnUnopenedAccountTookUpIsNew() async throws {
    try await ToyTown.with(release: NodeRelease(23)) { town in
      let key = Sample.payee, account = Account(chain: .nanoSim, canonical: NanoAddress.encode(Sample.payee))
      let unopened = try await town.network.mark(account, least: Self.price).mark
      let send = try await preloadedAndTakenUp(town, by: key)
      let second = Int64(try await town.block(send).localTimestamp) * 1_000
      let hint = Sighting(id: ToyTown.id(send), account: account, heardAtMS: second + 999)
      for (cursor, isBefore) in [
        (unopened.cursor, false), (Cursor(position: "1:\(Sample.stateBlock.hash.hex())"), true),
      ] {
        let mark = StartMark(account: account, genesis: unopened.genesis, takenAtMS: second + 500, cursor: cursor)
        #expect(try await town.network.verify(hint, since: mark).isBeforeStart == isBefore)
      }
    }
  }

  /// A send of 1 raw, and the block that takes it up, which is the payee's second.
  private func preloadedAndTakenUp(_ town: ToyTown, by key: Bytes32) async throws -> Bytes32 {
    let before = Sample.signed(previous: NanoFacts.genesisLive, balance: Amount(2), link: .zero)
    let send = Sample.signed(previous: before.hash, balance: Amount(1), link: key)
    let receive = Block.state(
      StateBlock(
        account: key,
        previous: NanoFacts.genesisBeta,
        representative: key,
        balance: Amount(1),
        link: send.hash,
        seal: Sample.seal(send.hash)
      )
    )
    try await town.sim.preload([
      PreloadedBlock(before, amount: .zero, subtype: .change), PreloadedBlock(send),
      PreloadedBlock(receive, amount: Amount(1), subtype: .receive, height: 2),
    ])
    return send.hash
  }

  @Test func aMarkThatTellsNoPlaceSellsNothing() async throws {
    try await ToyTown.with { town in
      let mark = try await mark(town, cursor: Cursor(position: "somewhere"))
      let paid = try await town.pay()
      #expect(try await !town.network.verify(paid, since: mark).isBeforeStart)
      try await town.pocket()
      guard case .notYet = await town.failure(paid, since: mark) else { Issue.record("told"); return }
    }
  }

  // MARK: - Pruned

  @Test func anAmountThatNobodyCanTellIsAGapUntilItIsTold() async throws {
    try await ToyTown.with { town in
      let mark = try await mark(town)
      // Two: the last block of a chain is never pruned, the one before it is.
      let paid = try await town.pay()
      let previous = try #require(try await town.block(hash(paid)).block.previous)
      let before = try await town.block(previous)
      try await town.sim.prune(town.sim.accounts[0].account)
      guard case .unavailable(let why) = await town.failure(paid, since: mark) else { Issue.record("told"); return }
      #expect(why.contains("pruned"))
      let found = try await town.network.reread(town.account, from: mark.cursor, least: Self.price)
      #expect(found.sightings.map(\.id) == [paid.id])
      #expect(found.gaps.count == 1 && found.gaps[0].contains(paid.id.transaction))
      // Another account's gaps are not ours.
      let other = try town.network.account(town.sim.accounts[1].address)
      let theirs = try await town.network.mark(other, least: Self.price).mark
      #expect(try await town.network.reread(other, from: theirs.cursor, least: Self.price).gaps.isEmpty)
      try await town.sim.preload([PreloadedBlock(before.block, account: before.account, height: before.height)])
      #expect(try await town.network.verify(paid, since: mark).payment.amount == Self.price)
      #expect(try await town.network.reread(town.account, from: mark.cursor, least: Self.price).gaps.isEmpty)
    }
  }

  /// The list of what lies unclaimed has the amount still, so an old payment does not keep a slot closed.
  @Test func whatLayTherePrunedIsRecordedByTheList() async throws {
    try await ToyTown.with { town in
      let old = try await town.pay()
      try await town.sim.prune(town.sim.accounts[0].account)
      let new = try await town.network.mark(town.account, least: Self.price)
      #expect(new.before.map(\.id) == [old.id] && new.before.map(\.amount) == [Self.price])
    }
  }

  @Test func untoldPaymentsAreBounded() {
    let untold = UntoldPayments()
    let account = Account(chain: .nanoSim, canonical: "a"), other = Account(chain: .nanoSim, canonical: "b")
    let id = { (number: Int) in PaymentID(chain: .nanoSim, transaction: "\(number)") }
    for number in 0..<UntoldPayments.limit { untold.note(id(number), to: account, why: "gone") }
    #expect(untold.gaps(at: account).count == UntoldPayments.limit && untold.gaps(at: other).isEmpty)
    untold.note(id(0), to: account, why: "gone")
    #expect(untold.gaps(at: account).count == UntoldPayments.limit)
    untold.note(id(UntoldPayments.limit), to: other, why: "gone")
    #expect(untold.gaps(at: other).count == 1 && !untold.gaps(at: other)[0].contains("gone"))
    untold.clear(id(0), to: account)
    untold.note(id(0), to: other, why: "gone")
    #expect(untold.gaps(at: other)[0].contains("payment 0"))
  }

  private func hash(_ sighting: Sighting) throws -> Bytes32 { try Hex.bytes32(sighting.id.transaction) }
}
