import Coinslot
import Foundation
import Logging
import Synchronization
import TestKit
import Testing

@testable import Actuators

@Suite struct CommandMachineTests {
  /// A program that notes each deed on a line of its own and then does what `play` says.
  private func program(_ folder: Folder, _ body: String) throws -> String {
    try folder.write("#!/bin/sh\n\(body)\n", "program", mode: 0o700)
  }

  private func machine(
    _ program: String,
    _ arguments: [String] = [],
    clock: any Coinslot.Clock = RealClock(),
    limitMS: Int64 = 10_000,
    failureMeans: CommandSettings.FailureMeaning = .unknown,
    mayRepeat: Bool = false
  ) throws -> CommandMachine {
    try CommandMachine(
      CommandSettings(
        program: program,
        arguments: arguments,
        limitMS: limitMS,
        failureMeans: failureMeans,
        mayRepeat: mayRepeat
      ),
      clock: clock,
      logger: Logger(label: "test")
    )
  }

  @Test func conforms() async throws {
    try await MachineConformance.check {
      let folder = try Folder()
      let done = "\(folder.path)/done", play = "\(folder.path)/play"
      let file = try program(
        folder,
        """
        case $(cat \(play)) in
          refuses) exit 75;;
          obeys) echo "$2" >> \(done);;
          obeysAndFallsSilent) echo "$2" >> \(done); exec sleep 5;;
        esac
        """
      )
      let clock = RealClock(speed: 2)
      let machine = Switching(
        here: try machine(file, ["{id}", "{ms}", "--", "{comment}"], clock: clock, limitMS: 400),
        away: try machine("\(folder.path)/none", clock: clock)
      )
      return MachineRig(
        machine: machine,
        clock: clock,
        play: { what in
          machine.isAway.withLock { $0 = what == .away }
          try folder.write("\(what)", "play")
        },
        effects: { (folder.read("done") ?? "").split(separator: "\n").count },
        received: { folder.read("done") ?? "" }
      )
    }
  }

  @Test(arguments: [
    (0, CommandSettings.FailureMeaning.unknown, DeedEnd.done), (1, .unknown, .unknown("failed")),
    (1, .notDone, .notDone("failed")), (75, .unknown, .notDone("busy")), (126, .unknown, .unknown("failed")),
  ]) func anExitCodeMeans(_ code: Int, _ meaning: CommandSettings.FailureMeaning, _ end: DeedEnd) async throws {
    let folder = try Folder()
    let machine = try machine(try program(folder, "exit \(code)"), failureMeans: meaning)
    #expect(await machine.carryOut(try deed(by: RealClock().nowMS + 700)) == end)
  }

  /// Not yet (75), not yet, now.
  @Test func isTriedAgainWhereNothingHappened() async throws {
    let folder = try Folder()
    let machine = try machine(
      try program(folder, "echo x >> \(folder.path)/tries; [ $(wc -l < \(folder.path)/tries) -ge 3 ] || exit 75"),
      clock: RealClock(speed: 10)
    )
    #expect(await machine.carryOut(try deed(by: RealClock().nowMS + 60_000)) == .done)
    #expect(folder.read("tries") == "x\nx\nx\n")
  }

  @Test func getsItsArgumentsWholeAndAlmostNoEnvironment() async throws {
    let folder = try Folder()
    setenv("COINSLOT_TEST_SECRET", "hidden", 1)
    let machine = try machine(
      try program(
        folder,
        "printf '%s|' \"$@\" > \(folder.path)/args; env > \(folder.path)/env; cat > \(folder.path)/in"
      ),
      ["a b", "{ms}", "--", "{comment}"]
    )
    let text = "x\"; touch \(folder.path)/was-here; $(touch \(folder.path)/was-here) `id`"
    #expect(await machine.carryOut(try deed(ms: 7, by: RealClock().nowMS + 5_000, comment: text)) == .done)
    #expect(folder.read("args") == "a b|7|--|\(text)|")
    #expect(folder.read("was-here") == nil && folder.read("in") == "")
    let environment = try #require(folder.read("env"))
    #expect(environment.contains("PATH=/usr/local/sbin") && !environment.contains("hidden"))
  }

  /// A file that we have open is none of the program's business.
  @Test func inheritsNoOpenFiles() async throws {
    let folder = try Folder()
    let secret = try folder.write("secret", "secret")
    let file = open(secret, O_RDONLY)
    defer { close(file) }
    let machine = try machine(try program(folder, "ls -l /proc/self/fd > \(folder.path)/files"))
    #expect(await machine.carryOut(try deed(by: RealClock().nowMS + 5_000)) == .done)
    let files = try #require(folder.read("files"))
    #expect(!files.isEmpty && !files.contains("secret"))
  }

  /// At the limit the program ends, and so does what it started.
  @Test func endsWithAllItStarted() async throws {
    let folder = try Folder()
    let machine = try machine(
      try program(folder, "(sleep 1; echo late > \(folder.path)/late) & echo $! > \(folder.path)/pid; sleep 20"),
      limitMS: 300
    )
    let begin = ContinuousClock.now
    #expect(await machine.carryOut(try deed(by: RealClock().nowMS + 5_000)) == .unknown("no_answer"))
    #expect(ContinuousClock.now - begin < .seconds(5))
    let pid = try #require(Int32((folder.read("pid") ?? "").trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(try await eventually { !Self.isRunning(pid) })
    #expect(folder.read("late") == nil)
  }

  /// A process that has ended but was not collected yet counts as ended.
  private static func isRunning(_ pid: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
  }

  @Test func muchOutputIsReadAndForgotten() async throws {
    let folder = try Folder()
    let machine = try machine(try program(folder, "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"))
    #expect(await machine.carryOut(try deed(by: RealClock().nowMS + 8_000)) == .done)
  }

  @Test func whatIsNoProgramIsNotDone() async throws {
    let folder = try Folder()
    let file = try folder.write("no program", "text", mode: 0o600)
    for path in [file, "\(folder.path)/none", folder.path] {
      let machine = try machine(path)
      #expect(await machine.obstacle() != nil)
      #expect(await machine.carryOut(try deed(by: RealClock().nowMS + 500)) == .notDone("cannot"))
    }
  }

  @Test func aStopNeedsATemplateThatTellsIt() async throws {
    let folder = try Folder()
    let file = try program(folder, "[ \"$1\" = stop ]")
    let stop = try deed(mode: .stop, ms: 0, by: RealClock().nowMS + 5_000)
    #expect(await (try machine(file)).carryOut(stop) == .notDone("cannot"))
    #expect(await (try machine(file, ["{mode}"])).carryOut(stop) == .done)
  }

  @Test func whatMayBeRepeatedIsAfterARestart() async throws {
    let folder = try Folder()
    let file = try program(folder, "exit 0")
    let again = try deed(by: RealClock().nowMS + 5_000, mayHaveHappened: true)
    #expect(await (try machine(file)).carryOut(again) == .unknown("interrupted"))
    #expect(await (try machine(file, ["{id}"], mayRepeat: true)).carryOut(again) == .done)
  }
}
