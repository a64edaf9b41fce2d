import Foundation
import Primitives
import TestKit
import Testing

/// What the wire, the flash and a thief do to a device at night, with real processes.
@Suite(.timeLimit(.minutes(10))) struct LinkNightTests {
  @Test func aRunHeldBackLongerThanItsLifeExpiresWithoutAClick() async throws {
    try await NightTown.with(hold: "10s") { town in
      try await town.start()
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
    }
  }

  @Test func anAcknowledgementLostAtTheDeadlineOwesNobodyMoney() async throws {
    try await NightTown.with(hold: "10s") { town in
      try await town.start()
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
    }
  }

  @Test func anAnswerThatNeverComesEndsUnknownAndOwesNobodyMoney() async throws {
    try await NightTown.with(hold: "10s") { town in
      try await town.start()
      town.wire.hold(.toServer)
      let paid = try await town.pay()
      #expect(try await eventually { town.clicks == 1 })
      try await town.waitFor(work: "unknown", of: paid)
      #expect(try await town.sale(paid)?["outcome"]?.string == "unknown")
    }
  }

  @Test func anErasedFlashRunsNothingTwice() async throws {
    try await NightTown.with(gives: "5min", hold: "1min") { town in
      var device = try await town.start().device
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
      try town.device(["--forget"])
      #expect(try await eventually { try await town.isQuarantined() })
      let paidWhileHeld = try await town.pay()
      #expect(try await eventually { try await town.sale(paidWhileHeld)?["outcome"]?.string == "held" })
      #expect(town.clicks == 1)
      print("night: an erased flash: 2 payments, first unknown, device quarantined, \(town.clicks) click, second held")
    }
  }

  @Test func aClonedDeviceIsQuarantined() async throws {
    try await NightTown.with(hold: "1min") { town in
      try await town.start()
      try town.device(["--clone"], trace: "twin.trace")
      #expect(try await eventually(within: 90) { try await town.isQuarantined() })
      let paid = try await town.pay()
      #expect(try await eventually { try await town.sale(paid)?["outcome"]?.string == "held" })
      #expect(town.clicks == 0)
      print("night: a cloned device: quarantined, 1 payment held, \(town.clicks) clicks")
    }
  }
}
