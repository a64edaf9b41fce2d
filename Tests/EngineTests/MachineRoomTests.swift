import Coinslot
import Engine
import Synchronization
import TestKit
import Testing

/// A machine in memory that ends each deed as a test says, and counts.
final class FakeMachine: Machine {
  private struct State {
    var obstacle: String?
    var deeds: [Deed] = []
    var end: @Sendable (Deed) -> DeedEnd? = { _ in .done }
    var runsForMS: UInt64?
  }
  private let state = Mutex(State())
  private let bell = Bell()

  var deeds: [Deed] { state.withLock { $0.deeds } }
  func set(obstacle: String?) { state.withLock { $0.obstacle = obstacle } }
  /// How deeds end; nil: not yet, and whoever waits asks again.
  func set(runsForMS: UInt64? = nil, end: @escaping @Sendable (Deed) -> DeedEnd?) {
    state.withLock { ($0.end, $0.runsForMS) = (end, runsForMS) }
    bell.ring()
  }

  func obstacle() async -> String? { state.withLock { $0.obstacle } }

  func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    let runs = state.withLock { state in
      state.deeds.append(deed)
      return state.runsForMS
    }
    if let runs { await started(runs) }
    while !Task.isCancelled {
      let rings = bell.rings
      if let end = state.withLock({ $0.end(deed) }) { return end }
      await bell.wait(past: rings)
    }
    return .unknown("cancelled")
  }
}

/// Machines that we drive: each order once, each end told until it is recorded.
@Suite(.timeLimit(.minutes(2))) struct MachineRoomTests {
  private func sold(at house: House, _ name: String = "A") async throws -> Payment {
    let payment = house.payment(name)
    house.network.pay(payment)
    #expect(try await eventually { try await house.sale(of: payment) != nil })
    return payment
  }

  private func isReady(_ house: House) async throws -> Bool {
    try await eventually { house.room?.session(of: House.device) != nil }
  }

  @Test(arguments: [
    (DeedEnd.done, Outcome.done, Outcome.done, String?.none), (.sent, .sent, .sent, nil),
    (.notDone("refused"), .failed, .refundDue, "refused"), (.unknown("no_answer"), .unknown, .unknown, "no_answer"),
  ])
  func everyEndIsRecorded(_ end: DeedEnd, _ outcome: Outcome, _ sale: Outcome, _ reason: String?) async throws {
    try await withFolder { folder in
      let machine = FakeMachine()
      machine.set { _ in end }
      let house = try await House(folder: folder, machine: machine)
      try await house.running { () async throws -> Void in
        #expect(try await isReady(house))
        let payment = try await sold(at: house)
        #expect(try await eventually { try await house.dispatch(of: payment)?.outcome == outcome })
        #expect(try await house.dispatch(of: payment)?.reason == reason)
        #expect(try await house.sale(of: payment)?.outcome == sale)
        #expect(machine.deeds.map(\.mayHaveHappened) == [false])
        #expect(machine.deeds.first?.cause.payment == payment.id && machine.deeds.first?.cause.amount == Amount(100))
      }
      try await house.close()
    }
  }

  @Test func aRunIsAcceptedAndLaterDone() async throws {
    try await withFolder { folder in
      let machine = FakeMachine()
      machine.set(runsForMS: 60_000) { _ in nil }
      let house = try await House(folder: folder, machine: machine)
      try await house.running { () async throws -> Void in
        #expect(try await isReady(house))
        let payment = try await sold(at: house)
        #expect(try await eventually { try await house.dispatch(of: payment)?.state == .accepted })
        machine.set { _ in .done }
        #expect(try await eventually { try await house.dispatch(of: payment)?.outcome == .done })
        #expect(machine.deeds.count == 1)
      }
      try await house.close()
    }
  }

  /// However often the dispatcher asks, a deed under way is not begun again.
  @Test func aDeedUnderWayIsNotBegunAgain() async throws {
    try await withFolder { folder in
      let machine = FakeMachine()
      machine.set { _ in nil }
      let house = try await House(folder: folder, machine: machine)
      try await house.running { () async throws -> Void in
        #expect(try await isReady(house))
        let payment = try await sold(at: house)
        #expect(try await eventually { machine.deeds.count == 1 })
        for _ in 0..<5 {
          house.clock.advance(9_000)
          await house.dispatcher.arrived(House.device)
        }
        #expect(try await house.dispatch(of: payment)?.attempts ?? 0 > 1)
        #expect(machine.deeds.count == 1)
        machine.set { _ in .done }
        #expect(try await eventually { try await house.dispatch(of: payment)?.outcome == .done })
      }
      try await house.close()
    }
  }

  /// The process died while a deed was under way: the machine is told so, and decides.
  @Test func afterARestartTheMachineIsToldThatItMayHaveHappened() async throws {
    try await withFolder { folder in
      let clock = TestClock(), network = FakeNetwork(clock: clock)
      let machine = FakeMachine()
      machine.set { _ in nil }
      let first = try await House(folder: folder, clock: clock, network: network, machine: machine)
      let payment = try await first.running {
        #expect(try await isReady(first))
        let payment = try await sold(at: first)
        #expect(try await eventually { machine.deeds.count == 1 })
        return payment
      }
      try await first.close()
      let next = FakeMachine()
      next.set { $0.mayHaveHappened ? .unknown("restarted") : .done }
      clock.advance(5_000)
      let second = try await House(folder: folder, clock: clock, network: network, machine: next)
      try await second.running { () async throws -> Void in
        #expect(try await eventually { try await second.dispatch(of: payment)?.outcome == .unknown })
        #expect(next.deeds.map(\.mayHaveHappened) == [true])
        #expect(try await second.sale(of: payment)?.reason == "restarted")
      }
      try await second.close()
    }
  }

  @Test func whatCannotBeAskedGetsNoOrder() async throws {
    try await withFolder { folder in
      let machine = FakeMachine()
      machine.set(obstacle: "unplugged")
      let house = try await House(folder: folder, machine: machine)
      try await house.running { () async throws -> Void in
        let payment = try await sold(at: house)
        #expect(try await house.dispatch(of: payment)?.state == .waiting)
        #expect(machine.deeds.isEmpty && house.room?.session(of: House.device) == nil)
        machine.set(obstacle: nil)
        #expect(await house.room?.answers(House.device) == true)
        #expect(try await eventually { try await house.dispatch(of: payment)?.outcome == .done })
      }
      try await house.close()
    }
  }
}
