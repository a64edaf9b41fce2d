import Coinslot
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// Hearing on the socket of a toy node.
@Suite(.serialized, .timeLimit(.minutes(3))) struct NanoStreamTests {
  private static let price = ToyTown.price

  @Test func dustIsNoHintAndIsToldToWatchers() async throws {
    try await ToyTown.with { town in
      await town.network.watch([town.account: Self.price])
      try await town.listening { ears in
        let dust = try await town.pay(Amount(Self.price.units - 1))
        let real = try await town.pay(Self.price)
        #expect(try await eventually { ears.told == [dust.id, real.id] && ears.heard == [real.id] })
      }
    }
  }

  @Test func anAmountThatTheNodeDoesNotKnowIsAHint() async throws {
    try await ToyTown.with { town in
      await town.network.watch([town.account: Self.price])
      let block = try await unknownAmount(town)
      try await town.listening { ears in
        try await town.sim.preload([block], announces: true)
        #expect(try await eventually { ears.heard == [ToyTown.id(block.block.hash)] })
      }
    }
  }

  /// A send whose predecessor the node has not, so that it says zero.
  private func unknownAmount(_ town: ToyTown) async throws -> PreloadedBlock {
    PreloadedBlock(Sample.signed(previous: NanoFacts.genesisLive, balance: Amount(1), link: town.shop.account))
  }

  @Test func anotherAccountIsHeardAfterAnUpdate() async throws {
    try await ToyTown.with { town in
      let other = try town.network.account(town.sim.accounts[1].address)
      await town.network.watch([other: Self.price])
      try await town.listening { ears in
        await town.network.watch([other: Self.price, town.account: Self.price])
        #expect(try await eventually { ears.missed == 2 })
        #expect(try await town.sim.counts.subscriptions == 1)
        #expect(try await town.sim.counts.updates == 1)
        let paid = try await town.pay()
        #expect(try await eventually { ears.heard == [paid.id] })
        await town.network.watch([town.account: Self.price])
        #expect(try await eventually { try await town.sim.counts.updates == 2 })
        _ = try await town.sim.pay(to: town.sim.accounts[1].account, Self.price, from: 0)
        let next = try await town.pay()
        #expect(try await eventually { ears.heard == [paid.id, next.id] })
        #expect(ears.missed == 2)
      }
    }
  }

  /// Releases before 21 know no updates, and say nothing.
  @Test func aNodeWithoutUpdatesGetsTheWholeList() async throws {
    try await ToyTown.with(release: NodeRelease(20)) { town in
      let other = try town.network.account(town.sim.accounts[1].address)
      await town.network.watch([other: Self.price])
      try await town.listening { ears in
        await town.network.watch([other: Self.price, town.account: Self.price])
        try await Task.sleep(for: .milliseconds(600))
        #expect(ears.missed == 1)
        town.clock.advance(SocketTalk.ackWithinMS + 1)
        #expect(try await eventually { ears.missed == 2 })
        #expect(try await town.sim.counts.subscriptions == 2)
        let paid = try await town.pay()
        #expect(try await eventually { ears.heard == [paid.id] })
      }
    }
  }
}
