import Coinslot
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// Reading all of an account from a toy node, which counts and pages as a real one does.
@Suite(.serialized, .timeLimit(.minutes(5))) struct NanoStatementTests {
  private static let price = ToyTown.price

  /// Sends of `amount` raw each to a key; nobody signed them, which is for the verifier to see.
  private func sends(_ count: Int, to key: Bytes32, _ amount: UInt128, salt: UInt64 = 0) -> [PreloadedBlock] {
    (0..<count).map { number in
      let block = Block.state(
        StateBlock(
          account: Sample.account,
          previous: Bytes32(words: 7, salt, 0, UInt64(number)),
          representative: Sample.payee,
          balance: .zero,
          link: key,
          seal: Block.Seal(signature: Sample.stateBlock.seal.signature, work: Work(nonce: 0))
        )
      )
      return PreloadedBlock(block, amount: Amount(amount), subtype: .send)
    }
  }

  /// The chain of a key that takes up these sends one after the other.
  private func receives(_ sends: [PreloadedBlock], by key: Bytes32, _ amount: UInt128) -> [PreloadedBlock] {
    var previous = Bytes32.zero
    return sends.enumerated().map { index, send in
      let block = Block.state(
        StateBlock(
          account: key,
          previous: previous,
          representative: Sample.payee,
          balance: Amount(amount * UInt128(index + 1)),
          link: send.block.hash,
          seal: Block.Seal(signature: Sample.stateBlock.seal.signature, work: Work(nonce: 0))
        )
      )
      previous = block.hash
      return PreloadedBlock(block, amount: Amount(amount), subtype: .receive, height: UInt64(index + 1))
    }
  }

  private func all(_ statement: NanoStatement) async throws -> (pages: [[NanoStatement.Line]], gaps: [String]) {
    var statement = statement
    var pages: [[NanoStatement.Line]] = []
    while let page = try await statement.next() { pages.append(page) }
    return (pages, statement.gaps)
  }

  private func account(_ key: Bytes32) -> Account { Account(chain: .nanoSim, canonical: NanoAddress.encode(key)) }

  @Test func tenThousandUnclaimedAndALongHistoryComeInPages() async throws {
    try await ToyTown.with { town in
      let key = Sample.payee
      let taken = sends(2_600, to: key, 5), waiting = sends(10_050, to: key, 3, salt: 1)
      try await town.sim.preload(taken + receives(taken, by: key, 5))
      try await town.sim.preload(waiting)
      let (pages, gaps) = try await all(
        town.network.statement(of: account(key), from: Cursor(position: "0:\(Bytes32.zero.hex())"))
      )
      #expect(gaps.isEmpty)
      #expect(pages.allSatisfy { $0.count <= 1_000 } && pages.count >= 11 + 6)
      let lines = pages.flatMap(\.self)
      #expect(lines.count == 12_650)
      let unclaimed = lines.filter { !$0.isTakenUp }, claimed = lines.filter(\.isTakenUp)
      #expect(Set(unclaimed.map(\.hash)) == Set(waiting.map(\.block.hash)))
      #expect(claimed.map(\.hash) == taken.map(\.block.hash))
      #expect(unclaimed.allSatisfy { $0.amount == Amount(3) && $0.payer == Sample.account })
      #expect(claimed.allSatisfy { $0.amount == Amount(5) && $0.payer == Sample.account })
      // The re-read finds the same, and ends at the end.
      let again = try await town.network.reread(
        account(key),
        from: Cursor(position: "0:\(Bytes32.zero.hex())"),
        least: Amount(1)
      )
      #expect(Set(again.sightings.map(\.id)) == Set(lines.map { ToyTown.id($0.hash) }) && again.gaps.isEmpty)
      #expect(again.next.position.hasPrefix("2600:"))
    }
  }

  /// A node counts what it passes over before it looks at amounts: behind much dust a page may repeat the one before.
  @Test func dustBeforeThemHidesNothing() async throws {
    try await ToyTown.with { town in
      let key = Sample.payee
      let sends = sends(4_000, to: key, 1).sorted { $0.block.hash < $1.block.hash }
      let real = sends.suffix(1_500).map { PreloadedBlock($0.block, amount: Amount(1_000), subtype: .send) }
      try await town.sim.preload(sends.dropLast(1_500) + real)
      let found = try await town.network.reread(
        account(key),
        from: Cursor(position: "0:\(Bytes32.zero.hex())"),
        least: Amount(1_000)
      )
      #expect(found.sightings.count == 1_500)
      #expect(Set(found.sightings.map(\.id)) == Set(real.map { ToyTown.id($0.block.hash) }))
      #expect(found.gaps.count == 1 && found.gaps[0].contains("less than 1000 raw"))
    }
  }

  @Test func dustTakenUpIsLeftOutAndNamed() async throws {
    try await ToyTown.with { town in
      let mark = try await town.network.mark(town.account, least: Self.price).mark
      _ = try await town.pay(Amount(Self.price.units - 1))
      try await town.pocket()
      let real = try await town.pay()
      try await town.pocket()
      let found = try await town.network.reread(town.account, from: mark.cursor, least: Self.price)
      #expect(found.sightings.map(\.id) == [real.id] && found.gaps.count == 1)
      let later = try await town.network.reread(town.account, from: found.next, least: Self.price)
      #expect(later.sightings.isEmpty && later.gaps.isEmpty)
      // Who asks for everything gets it.
      let every = try await town.network.reread(town.account, from: mark.cursor, least: Amount(1))
      #expect(every.sightings.count == 2 && every.gaps.isEmpty)
    }
  }

  @Test func dustUnclaimedIsNamed() async throws {
    try await ToyTown.with { town in
      let mark = try await town.network.mark(town.account, least: Self.price).mark
      #expect(try await town.network.reread(town.account, from: mark.cursor, least: Self.price).gaps.isEmpty)
      _ = try await town.pay(Amount(5))
      let found = try await town.network.reread(town.account, from: mark.cursor, least: Self.price)
      #expect(found.sightings.isEmpty && found.gaps.count == 1)
    }
  }

  @Test func aNodeThatKnowsLessIsAGap() async throws {
    try await ToyTown.with { town in
      _ = try await town.pay()
      try await town.pocket()
      let height = try await town.rpc.ask(AccountInfo(account: town.shop.account)).blockCount
      let frontier = try await town.rpc.ask(AccountInfo(account: town.shop.account)).frontier
      let ahead = Cursor(position: "\(height + 1):\(Bytes32(words: 9, 9, 9, 9).hex(uppercase: true))")
      let behind = try await town.network.reread(town.account, from: ahead, least: Self.price)
      #expect(behind.gaps.count == 1 && behind.next == ahead)
      let other = Cursor(position: "\(height):\(Bytes32(words: 9, 9, 9, 9).hex(uppercase: true))")
      #expect(try await town.network.reread(town.account, from: other, least: Self.price).gaps.count == 1)
      let same = Cursor(position: "\(height):\(frontier.hex(uppercase: true))")
      #expect(try await town.network.reread(town.account, from: same, least: Self.price).gaps.isEmpty)
    }
  }

  @Test func whatLayThereIsReadInPieces() async throws {
    try await ToyTown.with { town in
      let key = Sample.payee
      // With blocks before them, so that the amounts are computed.
      let before = Sample.signed(previous: NanoFacts.genesisLive, balance: Amount(1_000), link: .zero)
      var blocks = [PreloadedBlock(before, account: Sample.account, amount: .zero, subtype: .change)]
      for number in 0..<250 {
        let previous = try #require(blocks.last).block.hash
        let block = Sample.signed(previous: previous, balance: Amount(UInt128(999 - number)), link: key)
        blocks.append(PreloadedBlock(block))
      }
      try await town.sim.preload(blocks)
      let new = try await town.network.mark(account(key), least: Amount(1))
      #expect(Set(new.before.map(\.id)) == Set(blocks.dropFirst().map { ToyTown.id($0.block.hash) }))
      #expect(new.before.allSatisfy { $0.amount == Amount(1) })
    }
  }
}
