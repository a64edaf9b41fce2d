import Coinslot
import Foundation
import LedgerSQLite

/// What it costs to write a payment down so that a power cut cannot take it back.
enum Writing {
  /// Payments a second, alone and grouped, against rows a second of SQLite in batches of that size.
  ///
  /// A payment is a row with its facts, its sale, its work, the payer and three events; the yardstick is one row. The
  /// CPU time of each says what a busy disk hides.
  static func commits(into report: inout Report, disk: String) async throws {
    for callers in [1, 8, 32, 128] {
      let rounds = try await (0..<3).asyncMap { round in
        try await World.withFolder(in: disk) { folder in
          let raw = try RawSQLite("\(folder)/raw").rows(batch: callers, seconds: 1)
          let ledger = try SQLiteLedger(folder: "\(folder)/ours", entropy: World(), logger: World.silence)
          let ours = try await payments(ledger, callers: callers, seconds: 1)
          try await ledger.close()
          return (ours: ours, raw: raw)
        }
      }
      let ours = Stopwatch.median(rounds.map(\.ours.perSecond)), raw = Stopwatch.median(rounds.map(\.raw.perSecond))
      report.add(Line("commits.\(callers)", ours, "payments/s", against: "rows/s of SQLite", raw))
      let oursCPU = Stopwatch.median(rounds.map(\.ours.cpuUS)), rawCPU = Stopwatch.median(rounds.map(\.raw.cpuUS))
      report.add(Line("commits.\(callers).cpu", oursCPU, "µs CPU", against: "a row of SQLite", rawCPU))
    }
  }

  /// How fast something is done again and again.
  struct Pace {
    let perSecond: Double
    /// CPU microseconds for one.
    let cpuUS: Double

    /// The pace of `count` since a moment, when the process had used `cpuUS`.
    init(of count: Int, since began: ContinuousClock.Instant, _ cpuUS: Double) {
      perSecond = Double(count) / Stopwatch.seconds(since: began)
      self.cpuUS = (Stopwatch.processUS - cpuUS) / Double(count)
    }
  }

  private static func payments(_ ledger: SQLiteLedger, callers: Int, seconds: Double) async throws -> Pace {
    let began = ContinuousClock().now, cpuUS = Stopwatch.processUS
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      for lane in 0..<callers {
        group.addTask {
          var count = 0
          while Stopwatch.seconds(since: began) < seconds {
            _ = try await ledger.admit(Charger.admission(count * callers + lane, nowMS: World().nowMS))
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    return Pace(of: count, since: began, cpuUS)
  }

  /// CPU time of an admission, in groups of 32, as the ledger grows; against the smallest.
  static func growth(into report: inout Report, disk: String, sizes: [Int]) async throws {
    var least: Double?
    for size in sizes {
      let cost = try await World.withFolder(in: disk) { folder in
        try await SQLiteLedger(folder: folder, entropy: World(), logger: World.silence).close()
        try fill("\(folder)/\(SQLiteLedger.fileName)", with: size)
        let ledger = try SQLiteLedger(folder: folder, entropy: World(), logger: World.silence)
        let rounds = try await (0..<5).asyncMap { round in
          let began = Stopwatch.processUS
          try await admit(512, from: round * 512, into: ledger)
          return (Stopwatch.processUS - began) / 512
        }
        try await ledger.close()
        return Stopwatch.median(rounds)
      }
      report.add(Line("admission.\(size)", cost, "µs CPU", against: "among \(sizes[0]) payments", least ?? cost))
      least = least ?? cost
    }
  }

  private static func admit(_ count: Int, from first: Int, into ledger: SQLiteLedger) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<32 {
        group.addTask {
          for number in stride(from: first + lane, to: first + count, by: 32) {
            _ = try await ledger.admit(Charger.admission(number, nowMS: World().nowMS))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Puts payments of the past into a closed ledger, with sale, settled work and events, and no care for power cuts.
  private static func fill(_ file: String, with count: Int) throws {
    let db = try RawSQLite(file)
    try db.run("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF")
    let at = "1700000000000 + n * 1000"
    for first in stride(from: 0, to: count, by: 100_000) {
      let last = min(count, first + 100_000) - 1
      let numbers = "WITH RECURSIVE t(n) AS (VALUES (\(first)) UNION ALL SELECT n + 1 FROM t WHERE n < \(last))"
      try db.run(
        """
        BEGIN;
        CREATE TEMP TABLE id AS \(numbers) SELECT n, 'nano-sim:' || hex(randomblob(32)) || ':0' AS payment FROM t;
        INSERT INTO payment
            (id, name, digest, chain, address, amount, earliest_at_ms, standing, recorded_at_ms, sale)
          SELECT payment, 'pay_' || n, randomblob(32), 'nano-sim', 'nano_shop', randomblob(16), \(at), 'sold', \(at),
            'sal_' || n FROM id;
        INSERT INTO sale (id, slot, payment, ms, price, remainder, created_at_ms, outcome, ended_at_ms)
          SELECT 'sal_' || n, 'charger', payment, 1000, zeroblob(16), zeroblob(16), \(at), 'succeeded', \(at) FROM id;
        INSERT INTO dispatch (id, sale, slot, device, output, mode, ms, once, deadline_at_ms, doubt_ms, created_at_ms,
            number, state, attempts, next_at_ms, outcome, ended_at_ms)
          SELECT 'dsp_' || n, 'sal_' || n, 'charger', 'charger-1', 0, 'extend', 1000, 1, \(at), 0, \(at), n + 1,
            'settled', 1, 0, 'succeeded', \(at) FROM id;
        INSERT INTO event (at_ms, type, data)
          SELECT \(at), 'payment.confirmed', '{"payment":"' || payment || '"}' FROM id;
        INSERT INTO event (at_ms, type, data) SELECT \(at), 'sale.created', '{"sale":"sal_' || n || '"}' FROM id;
        INSERT INTO event (at_ms, type, data) SELECT \(at), 'dispatch.queued', '{"sale":"sal_' || n || '"}' FROM id;
        DROP TABLE id;
        COMMIT;
        """
      )
    }
    try db.run("PRAGMA wal_checkpoint(TRUNCATE)")
  }
}

extension Sequence {
  /// `map` whose steps may wait; one after the other.
  func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var result: [T] = []
    for element in self { result.append(try await transform(element)) }
    return result
  }
}
