import Foundation
import Primitives
import TestKit
import Testing

/// What happens to the server's process at night: paused, killed at the worst moment, wrong clock, full disk.
@Suite(.timeLimit(.minutes(10))) struct ProcessNightTests {
  @Test func aPausedServerStartsNothingLate() async throws {
    let seconds = Int(ProcessInfo.processInfo.environment["COINSLOT_PAUSE_SECONDS"] ?? "") ?? 60
    try await NightTown.with(gives: "2s", hold: "10s") { town in
      let (program, device) = try await town.start()
      let answered = try await town.pay()
      try await town.waitFor(work: "accepted", of: answered)
      try await town.waitFor(work: "done", of: answered)
      device.kill(SIGKILL)
      try await device.wait()
      #expect(try await eventually { try await town.isAway() })
      let waiting = try await town.pay()
      try await town.waitFor(work: "waiting", of: waiting)
      program.kill(SIGSTOP)
      try town.device()
      try await Task.sleep(for: .seconds(seconds))
      program.kill(SIGCONT)
      try await town.waitFor(work: "expired", of: waiting, seconds: 90)
      let paidAfter = try await town.pay()
      try await town.waitFor(work: "done", of: paidAfter, seconds: 60)
      let ran = Set(town.server.pulses("relay").keys)
      let late = try await town.dispatch(waiting)?["id"]?.string ?? "?"
      #expect(!ran.contains(late) && town.clicks == 2)
      print("night: paused \(seconds) s: 3 payments, 1 expired unstarted, 2 done, \(town.clicks) clicks, 0 late")
    }
  }

  @Test func killedBetweenTheCommittedOfferAndItsFirstByte() async throws {
    try await NightTown.with(gives: "2s", hold: "1min") { town in
      let shim = try await Shim.build(in: town.folder)
      let program = try await town.start(environment: [
        "LD_PRELOAD": shim.library, "BAD_NIGHT_KILL_AT": "{\"run\":",
      ]).server
      let paid = try await town.pay()
      #expect(try await program.wait() == SIGKILL)
      #expect(town.clicks == 0)
      try await town.serve()
      try await town.waitFor(work: "done", of: paid, seconds: 60)
      let work = try #require(try await town.dispatch(paid))
      #expect(town.clicks == 1 && work["number"] != nil)
      print("night: killed between offer and first byte: 1 payment, 1 done, \(town.clicks) click")
    }
  }

  @Test func aFullDiskInABurstLosesNothing() async throws {
    try await NightTown.with(gives: "20ms", hold: "5min") { town in
      let shim = try await Shim.build(in: town.folder)
      let isFull = "\(town.folder)/full"
      let program = try await town.start(environment: [
        "LD_PRELOAD": shim.library, "BAD_NIGHT_FOLDER": "\(town.folder)/data", "BAD_NIGHT_FULL": isFull,
      ]).server
      var paid: Set<String> = []
      for n in 0..<60 {
        if n == 20 {
          #expect(try await eventually { try await !town.server.all("/v1/payments").isEmpty })
          #expect(FileManager.default.createFile(atPath: isFull, contents: nil))
        }
        paid.insert(try await town.pay())
      }
      try await Task.sleep(for: .seconds(3))
      #expect(program.isRunning)
      let before = try await town.server.all("/v1/payments").count
      #expect(before > 0 && before < 60)
      try FileManager.default.removeItem(atPath: isFull)
      #expect(try await eventually(within: 120) { try await town.server.all("/v1/payments").count == 60 })
      let settled = try await eventually(within: 120) {
        try await town.server.all("/v1/sales").allSatisfy { $0["outcome"]?.string != nil }
      }
      #expect(settled)
      let recorded = Set(try await town.server.all("/v1/payments").compactMap { $0["transaction"]?.string })
      #expect(recorded == paid)
      let pulses = town.server.pulses("relay")
      #expect(pulses.values.allSatisfy { $0 == 1 })
      print(
        "night: disk full in a burst: 60 payments, \(before) recorded before it was full, \(recorded.count) after, \(pulses.count) ran, 0 twice"
      )
    }
  }

  @Test func aWallClockSetForwardAndBackMovesNoDeadline() async throws {
    try await NightTown.with(gives: "2s", hold: "1min") { town in
      let shim = try await Shim.build(in: town.folder)
      let clock = "\(town.folder)/clock"
      func set(_ text: String) throws { try text.write(toFile: clock, atomically: true, encoding: .utf8) }
      try set("0")
      let environment = ["LD_PRELOAD": shim.library, "BAD_NIGHT_CLOCK": clock]
      let program = try await town.start(environment: environment).server
      let first = try await town.pay()
      try await town.waitFor(work: "done", of: first)
      try set("3600")
      try await program.waitFor("clock cannot be trusted", seconds: 20)
      #expect(try await town.state() == "trouble")
      let during = try await town.pay()
      try await Task.sleep(for: .seconds(3))
      #expect(try await town.payment(during) == nil)
      try set("0")
      try await program.waitFor("clock is well again", seconds: 20)
      try set("-3600")
      #expect(try await eventually(within: 20) { try await town.state() == "trouble" })
      try set("0")
      #expect(try await eventually(within: 90) { try await town.dispatch(during)?["outcome"]?.string != nil })
      let outcome = try await town.dispatch(during)?["outcome"]?.string
      #expect(outcome == "done" || outcome == "expired")
      print(
        "night: clock +1 h and -1 h: 2 payments, during the jump nothing recorded, then \(outcome ?? "-"), \(town.clicks) clicks"
      )
    }
  }
}
