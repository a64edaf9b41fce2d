import Foundation
import Primitives
import TestKit
import Testing

/// What the wire, the flash and a thief do to a device at night, with real processes.
@Suite(.timeLimit(.minutes(10))) struct LinkNightTests {
  @Test func aRunHeldBackLongerThanItsLifeExpiresWithoutAClick() async throws {
    try await withFolder { folder in
      let town = try await NightTown.open(folder, hold: "10s")
      let program = try await town.server.start()
      let device = try town.device()
      try await town.opens()
      town.wire.hold(.toDevice)
      let paid = try await town.pay()
      try await town.waitFor(work: "offered", of: paid)
      try await Task.sleep(for: .seconds(11))
      town.wire.letGo(.toDevice)
      try await town.waitFor(work: "expired", of: paid)
      let sale = try await town.sale(paid)
      #expect(sale?["outcome"]?.string == "refund_due")
      #expect(town.clicks == 0)
      print(
        "night: a run held back beyond its life: 1 payment, sale \(sale?["outcome"]?.string ?? "-"), \(town.clicks) clicks"
      )
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await town.close()
    }
  }

  @Test func anAcknowledgementLostAtTheDeadlineOwesNobodyMoney() async throws {
    try await withFolder { folder in
      let town = try await NightTown.open(folder, hold: "10s")
      let program = try await town.server.start()
      let device = try town.device()
      try await town.opens()
      town.wire.hold(.toServer)
      let paid = try await town.pay()
      #expect(try await eventually { town.clicks == 1 })
      try await town.waitFor(work: "doubt", of: paid)
      #expect(try await town.sale(paid)?["outcome"]?.string == nil)
      // The answer never arrives; the device connects again and shows what it did.
      town.wire.cut()
      town.wire.letGo(.toServer)
      try await town.waitFor(work: "accepted", of: paid)
      let sale = try await town.sale(paid)
      #expect(sale?["outcome"]?.string == nil && town.clicks == 1)
      print("night: an answer lost at the deadline: 1 payment, work accepted, \(town.clicks) click, not refund_due")
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await town.close()
    }
  }

  @Test func anAnswerThatNeverComesEndsUnknownAndOwesNobodyMoney() async throws {
    try await withFolder { folder in
      let town = try await NightTown.open(folder, hold: "10s")
      let program = try await town.server.start()
      let device = try town.device()
      try await town.opens()
      town.wire.hold(.toServer)
      let paid = try await town.pay()
      #expect(try await eventually { town.clicks == 1 })
      try await town.waitFor(work: "unknown", of: paid)
      #expect(try await town.sale(paid)?["outcome"]?.string == "unknown")
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await town.close()
    }
  }

  @Test func anErasedFlashRunsNothingTwice() async throws {
    try await withFolder { folder in
      let town = try await NightTown.open(folder, gives: "5min", hold: "1min")
      let program = try await town.server.start()
      var device = try town.device()
      try await town.opens()
      let paid = try await town.pay()
      try await town.waitFor(work: "accepted", of: paid)
      device.kill(SIGKILL)
      try await device.wait()
      device = try town.device(["--forget"])
      try await town.waitFor(work: "unknown", of: paid)
      #expect(town.clicks == 1)
      // A number of starts that falls back is no repair any more but a copy.
      for boot in 2...3 {
        device.kill(SIGKILL)
        try await device.wait()
        device = try town.device()
        #expect(try await eventually { try await town.shown()?["boot"] == .number("\(boot)") })
      }
      device.kill(SIGKILL)
      try await device.wait()
      device = try town.device(["--forget"])
      #expect(try await eventually { try await town.isQuarantined() })
      let paidWhileHeld = try await town.pay()
      #expect(try await eventually { try await town.sale(paidWhileHeld)?["outcome"]?.string == "held" })
      #expect(town.clicks == 1)
      print("night: an erased flash: 2 payments, first unknown, device quarantined, \(town.clicks) click, second held")
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await town.close()
    }
  }

  @Test func aClonedDeviceIsQuarantined() async throws {
    try await withFolder { folder in
      let town = try await NightTown.open(folder, hold: "1min")
      let program = try await town.server.start()
      let device = try town.device()
      try await town.opens()
      let twin = try town.device(["--clone"], trace: "twin.trace")
      #expect(try await eventually(within: 90) { try await town.isQuarantined() })
      let paid = try await town.pay()
      #expect(try await eventually { try await town.sale(paid)?["outcome"]?.string == "held" })
      #expect(town.clicks == 0)
      print("night: a cloned device: quarantined, 1 payment held, \(town.clicks) clicks")
      twin.kill(SIGTERM)
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await town.close()
    }
  }
}
