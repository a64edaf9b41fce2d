import Coinslot
import Nano
import Primitives
import TestKit
import Testing

/// What a posted callback becomes; no node is asked.
@Suite(.timeLimit(.minutes(1))) struct NanoNetworkCallbackTests {
  private func read(_ amount: String, least: UInt128, alsoWatched: Bool = false) async throws -> HeardTransfer? {
    var heard: HeardTransfer?
    try await ToyTown.with { town in
      let account = try town.network.account(NanoAddress.encode(Sample.payee))
      await town.network.watch([account: Amount(least)])
      if alsoWatched { town.network.watchAlso([Sample.payee]) }
      let body = Array(Sample.callback(Sample.stateBlock, amount: amount).utf8)
      #expect(try town.network.destination(of: body.span) == Sample.payee && town.network.isWatched(Sample.payee))
      heard = try town.network.read(body.span, heardAtMS: 5)
    }
    return heard
  }

  @Test func enoughIsAHint() async throws {
    let heard = try #require(try await read("100", least: 100))
    #expect(
      heard.isHint && heard.amount == Amount(100) && heard.sighting.account.address == NanoAddress.encode(Sample.payee)
    )
  }

  @Test(arguments: [false, true]) func dustIsToldAndIsNoHint(_ alsoWatched: Bool) async throws {
    let heard = try #require(try await read("99", least: 100, alsoWatched: alsoWatched))
    #expect(!heard.isHint && heard.amount == Amount(99))
  }

  @Test func anUnknownAmountIsAHint() async throws {
    let heard = try #require(try await read("0", least: 100))
    #expect(heard.isHint && heard.amount == .zero)
  }
}
