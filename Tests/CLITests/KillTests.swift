import Coinslot
import Foundation
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// Servers and devices that are killed at any moment, and a server that was away while money came.
@Suite(.serialized, .timeLimit(.minutes(90))) struct KillTests {
  /// What is on disk after a kill.
  enum Disk: String, CaseIterable {
    /// The process died and the machine did not: all that was written is there.
    case kept
    /// As after a power cut: what was not synced is gone.
    case unsyncedLost = "unsynced_lost"

    private func count(_ name: String, else usual: Int) -> Int {
      Int(ProcessInfo.processInfo.environment[name] ?? "") ?? usual
    }
    /// How many processes are killed, and how many payments come meanwhile.
    var kills: Int { self == .kept ? count("COINSLOT_KILLS", else: 67) : count("COINSLOT_POWER_CUTS", else: 12) }
    var payments: Int { max(self == .kept ? 1_000 : 0, kills * 10) }
    /// Of the kills, those of the server, fifty unless told otherwise; each third is followed by one of the device.
    var serverKills: Int { kills * 3 / 4 }
  }

  /// Four slots on four outputs, each with an account of its own; a payment runs its output for a moment.
  static func slots(_ accounts: [String]) -> String {
    accounts.enumerated().map { index, account in
      """
        - id: slot-\(index)
          title: Slot \(index)
          pay: { nano: \(account) }
          price: { exact: "0.1 XNO", gives: 40ms }
          does: { device: relay, channel: \(index), once: true }
          if_away: { refuse: true, hold: 5min }
          while_running: queue
      """
    }.joined(separator: "\n")
  }

  @Test(arguments: Disk.allCases) func nothingIsLostAndNothingHappensTwice(_ disk: Disk) async throws {
    try await withFolder { folder in
      let shim = disk == .unsyncedLost ? try await Shim.build(in: folder) : nil
      let night = shim.map { shim in
        ["LD_PRELOAD": shim.library, "BAD_NIGHT_FOLDER": "\(folder)/data", "BAD_NIGHT_UNSYNCED": "1"]
      }
      let server = try RunningServer(folder: folder)
      var options = NanoSimulatorOptions()
      options.callbackURL = server.callbackURL
      options.confirmMS = 50
      options.faults.dropCallbacks = 30
      options.faults.dropMessages = 30
      options.faults.duplicate = 20
      let sim = try await NanoSimulator.start(options)
      let keys = (0..<4).map { ToyKey(seed: ToyKey.seed("kill test"), index: UInt32($0)) }
      try server.configure(
        rpc: sim.rpcURL,
        webSocket: sim.webSocketURL,
        devices: ["relay"],
        slots: Self.slots(keys.map(\.address))
      )
      var program = try await server.start(environment: night ?? [:])
      var device = try server.startDevice("relay", arguments: ["--channels", "4"])
      #expect(try await eventually(within: 60) { try await isReady(server) })

      let price = try Asset.nano.amount("0.1")
      let paying = Task {
        var hashes: [String] = []
        for n in 0..<disk.payments {
          let hash = try await sim.pay(to: keys[n % 4].account, price, from: n % sim.accounts.count)
          hashes.append(hash.hex(uppercase: true))
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...120)))
        }
        return hashes
      }
      var deviceKills = 0, takenBack = 0
      for kill in 1...disk.serverKills {
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...900)))
        program.kill(SIGKILL)
        try await program.wait()
        if let shim { takenBack += try await shim.takeBack(in: "\(folder)/data") }
        if kill % 3 == 0 {
          device.kill(SIGKILL)
          try await device.wait()
          device = try server.startDevice("relay", arguments: ["--channels", "4"])
          deviceKills += 1
        }
        program = try await server.start(environment: night ?? [:])
      }
      let hashes = try await paying.value
      // Calm: everything is found, everything ends.
      try await sim.change { faults in
        faults.dropCallbacks = 0
        faults.dropMessages = 0
      }
      let want = Set(hashes)
      #expect(try await eventually(within: 600) { try await server.all("/v1/payments").count >= want.count })
      #expect(
        try await eventually(within: 600) {
          try await server.all("/v1/sales").allSatisfy { $0["outcome"]?.string != nil }
        }
      )

      let payments = try await server.all("/v1/payments")
      let recorded = payments.compactMap { $0["transaction"]?.string }
      #expect(recorded.count == want.count && Set(recorded) == want)
      let sales = try await server.all("/v1/sales")
      #expect(sales.count == want.count)
      var outcomes: [String: Int] = [:]
      for sale in sales {
        let reason = sale["outcome"]?.string == "held" ? sale["reason"]?.string : nil
        outcomes[[sale["outcome"]?.string ?? "none", reason].compactMap { $0 }.joined(separator: " "), default: 0] += 1
      }
      #expect(outcomes["none"] == nil)
      let dispatches = try await server.all("/v1/dispatches")
      let pulses = server.pulses("relay")
      let twice = pulses.filter { $0.value > 1 }.keys.sorted()
      #expect(twice.isEmpty, "\(server.trace("relay", of: twice.prefix(3)))")
      let done = dispatches.filter { $0["outcome"]?.string == "done" }.compactMap { $0["id"]?.string }
      #expect(done.allSatisfy { pulses[$0] == 1 })
      let never = dispatches.filter { $0["outcome"]?.string == "expired" }.compactMap { $0["id"]?.string }
      #expect(never.allSatisfy { pulses[$0] == nil })
      let deadlines = Dictionary(
        dispatches.compactMap { work in
          work["id"]?.string.map { ($0, Int64(work["deadline_at_ms"]?.number ?? "") ?? 0) }
        },
        uniquingKeysWith: min
      )
      let late = server.starts("relay").filter { id, atMS in deadlines[id].map { $0 < atMS } ?? true }
      #expect(late.isEmpty)
      print(
        "kill test (\(disk.rawValue)): \(disk.serverKills) server kills, \(deviceKills) device kills,"
          + (shim == nil ? "" : " \(takenBack) unsynced writes thrown away,") + " \(want.count) payments made,"
          + " \(recorded.count) recorded (\(Set(recorded).count) distinct), \(sales.count) sales, outcomes \(outcomes.sorted { $0.key < $1.key }),"
          + " \(dispatches.count) dispatches, \(pulses.count) ran,"
          + " \(pulses.values.filter { $0 > 1 }.count) ran twice, \(late.count) started late"
      )
      device.kill(SIGTERM)
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await sim.stop()
    }
  }

  /// The layer that throws writes away must itself be able to lose some.
  @Test(arguments: [("FULL", 100), ("NORMAL", 0)]) func aLedgerWithoutSyncsWouldLose(_ mode: String, _ kept: Int)
    async throws
  {
    try await withFolder { folder in
      let shim = try await Shim.build(in: folder)
      let data = "\(folder)/data"
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      let script = """
        import os, sqlite3
        db = sqlite3.connect('\(data)/x', isolation_level=None)
        if os.environ.get('COUNT'):
          print(db.execute("select count(*) from sqlite_schema where name = 't'").fetchone()[0] and
            db.execute('select count(*) from t').fetchone()[0])
        else:
          db.execute('pragma journal_mode = wal')
          db.execute('pragma synchronous = \(mode)')
          db.execute('create table t(a)')
          for n in range(100): db.execute('insert into t values (?)', (n,))
          os.kill(os.getpid(), 9)
        """
      let night = ["LD_PRELOAD": shim.library, "BAD_NIGHT_FOLDER": data, "BAD_NIGHT_UNSYNCED": "1"]
      let writer = try Program("/usr/bin/env", ["python3", "-c", script], environment: night)
      #expect(try await writer.wait() == SIGKILL)
      let takenBack = try await shim.takeBack(in: data)
      #expect((takenBack > 0) == (kept == 0))
      let reader = try Program("/usr/bin/env", ["python3", "-c", script], environment: ["COUNT": "1"])
      try await reader.wait()
      #expect(reader.lines.last == "\(kept)", "\(reader.errors)")
    }
  }

  @Test func whatCameWhileTheServerWasAwayIsFound() async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder)
      let sim = try await NanoSimulator.start()
      // The shop's key is one of the toy network's, so that its owner can pocket.
      let shop = try #require(sim.accounts.last)
      try server.configure(
        rpc: sim.rpcURL,
        webSocket: sim.webSocketURL,
        devices: ["relay"],
        slots: Self.slots([shop.address])
      )
      var program = try await server.start()
      #expect(try await eventually(within: 30) { try await self.state(server) == "away" })
      program.kill(SIGKILL)
      try await program.wait()

      let price = try Asset.nano.amount("0.1")
      var made: [String: (payer: String, amount: String)] = [:]
      for n in 0..<30 {
        let amount = try #require(price.adding(Amount(UInt128(n))))
        let hash = try await sim.pay(to: shop.account, amount, from: n % 5)
        made[hash.hex(uppercase: true)] = (sim.accounts[n % 5].address, amount.description)
      }
      try await Task.sleep(for: .seconds(1))
      // Pocketed, and the money moved on: nothing of it lies at the account any more.
      try await sim.pocket(sim.accounts.count - 1)
      try await Task.sleep(for: .seconds(1))
      try await sim.pay(to: sim.accounts[0].account, price, from: sim.accounts.count - 1)
      #expect(try await sim.balance(of: shop.account).waiting.isEmpty)

      program = try await server.start()
      let count = made.count
      #expect(try await eventually(within: 60) { try await server.all("/v1/payments").count >= count })
      let payments = try await server.all("/v1/payments")
      #expect(payments.count == made.count)
      for payment in payments {
        let want = try #require(made[payment["transaction"]?.string ?? ""])
        #expect(payment["payer"]?.string == want.payer)
        #expect(payment["amount"]?.string == want.amount)
      }
      print("outage test: \(made.count) payments made and pocketed while away, \(payments.count) found after the start")
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
      await sim.stop()
    }
  }

  private func isReady(_ server: RunningServer) async throws -> Bool { try await state(server) == "ready" }

  private func state(_ server: RunningServer) async throws -> String? {
    try await server.get("/v1/slots")["data"]?.array?.first?["pay"]?.array?.first?["state"]?["word"]?.string
  }
}
