import Foundation
import TestKit
import Testing

/// The whole engine in simulated worlds, one a seed.
///
/// `COINSLOT_SEED=n` runs just that one and prints its whole trace; `COINSLOT_SEEDS=n` says how many otherwise.
@Suite("Simulated worlds", .enabled(if: Repeatable.isHere))
struct SimulationTests {
  @Test("keep every promise") func keepPromises() async {
    if let seed = Repeatable.seed {
      let report = Simulation(seed: seed) { Repeatable.say($0) }.run()
      Repeatable.say("seed \(seed): \(report.broken ?? "every promise was kept"); \(report.steps) steps")
      if report.broken != nil { Issue.record(Comment(rawValue: Repeatable.words(for: report))) }
      return
    }
    let (reports, tally) = await Repeatable.run(Repeatable.seeds)
    Repeatable.say("seeds \(Repeatable.seeds.count), \(tally.line)")
    for report in reports.prefix(5) { Issue.record(Comment(rawValue: Repeatable.words(for: report))) }
    #expect(reports.isEmpty, "\(reports.count) of \(Repeatable.seeds.count) seeds broke a promise")
  }

  @Test(
    "go the same way for the same seed",
    .enabled(if: Repeatable.seed == nil),
    arguments: 1...6 as ClosedRange<UInt64>
  )
  func repeats(_ seed: UInt64) {
    let first = Simulation(seed: seed).run(), second = Simulation(seed: seed).run()
    #expect(first.traceSum == second.traceSum)
    #expect((first.lines, first.steps) == (second.lines, second.steps))
    #expect(first.traceSum != Simulation(seed: seed + 1).run().traceSum)
  }

  /// Checkers that find nothing here would find nothing anywhere.
  @Test("betray a planted fault", .enabled(if: Repeatable.seed == nil), arguments: PlantedFault.allCases)
  func betray(_ fault: PlantedFault) {
    let found = (1...100).first { Simulation(seed: $0, planted: fault).run().broken != nil }
    #expect(found != nil, "no checker noticed within 100 seeds")
  }
}

/// A seed repeats only where dictionaries keep their order, which a program decides when it starts.
@Suite("Simulated worlds, started so that a seed repeats", .enabled(if: !Repeatable.isHere))
struct RepeatableTests {
  @Test("keep every promise") func again() throws {
    var arguments = CommandLine.arguments.dropFirst().map(\.self)
    while let place = arguments.firstIndex(of: "--filter"), place + 1 < arguments.count {
      arguments.removeSubrange(place...place + 1)
    }
    let program = Process()
    let own = "/proc/self/exe"
    program.executableURL = URL(
      fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: own)) ?? CommandLine.arguments[0]
    )
    program.arguments = arguments + ["--filter", "SimulationTests.SimulationTests"]
    program.environment = ProcessInfo.processInfo.environment.merging([Repeatable.variable: "1"]) { $1 }
    try program.run()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0, "what went wrong is printed above")
  }
}

/// What the environment asks for, and how worlds are run.
enum Repeatable {
  static let variable = "SWIFT_DETERMINISTIC_HASHING"
  static let isHere = ProcessInfo.processInfo.environment[variable] != nil
  static let seed = ProcessInfo.processInfo.environment["COINSLOT_SEED"].flatMap { UInt64($0) }
  static let seeds: ClosedRange<UInt64> =
    1...max(1, ProcessInfo.processInfo.environment["COINSLOT_SEEDS"].flatMap { UInt64($0) } ?? 100)

  /// Runs worlds, two at a time; gives those that broke a promise, and what was counted in all.
  static func run(_ seeds: ClosedRange<UInt64>) async -> ([Simulation.Report], Tally) {
    await withTaskGroup(of: ([Simulation.Report], Tally).self) { group in
      for start in 0..<2 as Range<UInt64> {
        group.addTask {
          let tally = Tally()
          var broken: [Simulation.Report] = []
          for seed in seeds where seed % 2 == start {
            let simulation = Simulation(seed: seed)
            let report = simulation.run()
            tally.add(simulation.tally)
            if report.broken != nil { broken.append(report) }
          }
          return (broken, tally)
        }
      }
      let all = Tally()
      var reports: [Simulation.Report] = []
      for await (broken, tally) in group {
        reports += broken
        all.add(tally)
      }
      return (reports.sorted { $0.seed < $1.seed }, all)
    }
  }

  static func words(for report: Simulation.Report) -> String {
    """
    seed \(report.seed) (\(report.troubles)): \(report.broken ?? "")
    \(report.lastLines.joined(separator: "\n"))
    again: COINSLOT_SEED=\(report.seed) swift test --filter SimulationTests
    """
  }

  /// At once, also where somebody reads through a pipe.
  static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
