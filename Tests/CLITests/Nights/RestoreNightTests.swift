import Foundation
import Primitives
import TestKit
import Testing

/// An old backup put back after a hundred sales.
@Suite(.timeLimit(.minutes(10))) struct RestoreNightTests {
  @Test func whatWasSoldAfterTheBackupIsHeldAndRunsNoSecondTime() async throws {
    let count = 100
    try await NightTown.with(gives: "20ms", hold: "10min") { town in
      let program = try await town.start().server
      let copy = "\(town.folder)/copy.sqlite", config = ["COINSLOT_CONFIG": town.server.configFile]
      #expect(try await Program(Program.binary, ["backup", copy], environment: config).wait() == 0)
      for _ in 0..<count { _ = try await town.pay() }
      let sold = try await eventually(within: 180) {
        try await town.server.all("/v1/sales").count { $0["outcome"]?.string != nil } == count
      }
      #expect(sold)
      let before = town.clicks
      #expect(before > 0)
      program.kill(SIGTERM)
      try await program.wait()

      #expect(try await Program(Program.binary, ["restore", copy, "--yes"], environment: config).wait() == 0)
      try await town.serve()
      let found = try await eventually(within: 120) { try await town.server.all("/v1/payments").count == count }
      #expect(found)
      try await Task.sleep(for: .seconds(5))
      let sales = try await town.server.all("/v1/sales")
      let held = sales.count { $0["outcome"]?.string == "held" && $0["reason"]?.string == "found_after_restore" }
      #expect(held == count && town.clicks == before)
      #expect(try await town.server.all("/v1/dispatches").isEmpty)
      print("night: backed up, \(count) sold, restored, started: \(town.clicks - before) clicks, \(held) held")
    }
  }
}
