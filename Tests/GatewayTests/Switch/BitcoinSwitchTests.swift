import Coinslot
import Gateway
import TestKit
import Testing

/// One deed, one text, at a moment when the firmware reads.
@Suite struct BitcoinSwitchTests {
  @Test func tellsPinAndTimeAndNothingElse() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      let doing = rig.begin(rig.deed(1, ms: 750, comment: "a-b 5-9"))
      #expect(try await doing.ends(.sent))
      #expect(!doing.hasStarted)
      #expect(try await eventually { board.runs.map(\.text) == ["12-750"] })
      await board.end()
    }
  }

  /// What the firmware cannot do, or would read as pin 0 or no time, never leaves.
  @Test(
    arguments: [
      (0, 2_000, .stop), (2, 2_000, .new), (255, 2_000, .new), (0, 0, .new), (0, 2_147_483_648, .new),
      (0, .max, .extend),
    ] as [(UInt8, UInt64, Dispatch.Mode)]
  ) func whatCannotBeSaid(
    _ output: UInt8,
    _ ms: UInt64,
    _ mode: Dispatch.Mode
  ) async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(output, ms: ms, mode: mode)).ends(.notDone("cannot")))
      #expect(try await rig.begin(rig.deed(ms: 2_147_483_647)).ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2147483647"] })
      await board.end()
    }
  }

  @Test func whatMayHaveHappenedIsNotRepeated() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(ms: 1_000, mayHaveHappened: true)).ends(.unknown("interrupted")))
      #expect(try await rig.begin(rig.deed(lifeMS: 0)).ends(.notDone("too_late")))
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2000"] })
      await board.end()
    }
  }

  // MARK: - One after the other

  /// The next text leaves three seconds after the end of the run before it, on any pin.
  @Test(arguments: [Dispatch.Mode.new, .extend]) func waitsWhileTheFirmwareIsDeaf(_ mode: Dispatch.Mode) async throws {
    try await SwitchRig.with { rig in
      let startMS = rig.clock.nowMS
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      let second = rig.begin(rig.deed(1, ms: 500, mode: mode))
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 5_000 })
      rig.clock.advance(4_999)
      #expect(second.end == nil && board.client.messages.count == 1)
      rig.clock.advance(1)
      #expect(try await second.ends(.sent))
      try #require(try await eventually { board.runs.count == 2 })
      #expect(board.runs.map(\.text) == ["4-2000", "12-500"])
      #expect(board.runs[1].atMS == startMS + 5_000 && board.lost.isEmpty)
      await board.end()
    }
  }

  /// A text that was long on its way is done first: what is asked behind it is answered only after it.
  @Test func waitsForATextThatWasLongOnItsWay() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      rig.clock.advance(5_000)
      let startMS = rig.clock.nowMS
      board.delaysTexts = true
      #expect(try await rig.begin(rig.deed(ms: 1_000)).ends(.sent))
      let third = rig.begin(rig.deed(1))
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 4_000 })
      rig.clock.advance(4_000)
      // It has asked, and the text before it arrives only now.
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 6_000 })
      board.delaysTexts = false
      try #require(try await eventually { board.runs.count == 2 })
      #expect(board.runs[1].atMS == startMS + 4_000)
      rig.clock.advance(3_000)
      #expect(try await third.ends(.sent))
      try #require(try await eventually { board.runs.count == 3 })
      #expect(board.runs[2].atMS == startMS + 7_000 && board.lost.isEmpty)
      await board.end()
    }
  }

  @Test func keepsTheOrderOfArrival() async throws {
    try await SwitchRig.with { rig in
      let startMS = rig.clock.nowMS
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      var waiting: [Doing] = []
      for number in 0..<5 as Range<UInt64> {
        waiting.append(rig.begin(rig.deed(ms: 1_000 + number)))
        let count = waiting.count
        #expect(try await eventually { rig.candy.waiting == count })
      }
      var freeAtMS = startMS + 5_000
      for (index, doing) in waiting.enumerated() {
        let turnMS = freeAtMS
        #expect(try await eventually { rig.clock.nextDueMS == turnMS })
        rig.clock.advance(turnMS - rig.clock.nowMS)
        #expect(try await doing.ends(.sent))
        #expect(try await eventually { board.runs.count == index + 2 })
        freeAtMS += 4_000 + Int64(index)
      }
      #expect(board.runs.dropFirst().map(\.text) == (0..<5).map { "4-\(1_000 + $0)" })
      #expect(board.lost.isEmpty && rig.candy.waiting == 0)
      await board.end()
    }
  }

  /// What could not start in its time is given back at once, and nothing takes the place of a run.
  @Test func busyBeyondTheDeadline() async throws {
    try await SwitchRig.with { rig in
      let startMS = rig.clock.nowMS
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(ms: 30_000)).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      #expect(try await rig.begin(rig.deed(lifeMS: 33_000)).ends(.notDone("busy")))
      #expect(try await rig.begin(rig.deed(mode: .replace)).ends(.notDone("busy")))
      let last = rig.begin(rig.deed(ms: 7, lifeMS: 33_001))
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 33_000 })
      rig.clock.advance(33_000)
      #expect(try await last.ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-30000", "4-7"] })
      rig.clock.advance(3_007)
      #expect(try await rig.begin(rig.deed(ms: 8, mode: .replace)).ends(.sent))
      await board.end()
    }
  }

  /// Who waits behind another has a deadline of their own.
  @Test func deadlinesInTheLine() async throws {
    try await SwitchRig.with { rig in
      let startMS = rig.clock.nowMS
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      let second = rig.begin(rig.deed(ms: 10_000))
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 5_000 })
      let third = rig.begin(rig.deed(ms: 1, lifeMS: 6_000))
      #expect(try await eventually { rig.candy.waiting == 2 })
      rig.clock.advance(5_000)
      #expect(try await second.ends(.sent))
      #expect(try await third.ends(.notDone("busy")))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2000", "4-10000"] })
      await board.end()
    }
  }

  @Test func theLineIsBounded() async throws {
    try await SwitchRig.with { rig in
      var waiting: [Doing] = []
      for _ in 0..<32 { waiting.append(rig.begin(rig.deed())) }
      #expect(try await eventually { rig.candy.waiting == 32 })
      #expect(try await rig.begin(rig.deed()).ends(.notDone("full")))
      for doing in waiting { doing.task?.cancel() }
      for doing in waiting { #expect(try await doing.ends(.notDone("interrupted"))) }
      // Whoever was told that nothing happened was told the truth.
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(1)).ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["12-2000"] })
      await board.end()
    }
  }
}
