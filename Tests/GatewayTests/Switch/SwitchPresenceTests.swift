import Coinslot
import Gateway
import TestKit
import Testing

/// Boards that are away, half dead, or there twice.
@Suite struct SwitchPresenceTests {
  @Test func awayUntilTheDeadline() async throws {
    try await SwitchRig.with { rig in
      let doing = rig.begin(rig.deed(ms: 1, lifeMS: 10_000))
      let dueMS = rig.clock.nowMS + 10_000
      #expect(try await eventually { rig.clock.nextDueMS == dueMS })
      rig.clock.advance(9_999)
      #expect(doing.end == nil)
      rig.clock.advance(1)
      #expect(try await doing.ends(.notDone("away")))
      // It comes too late: what was given back stays so.
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(ms: 2)).ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2"] })
      await board.end()
    }
  }

  @Test func comesBackInTime() async throws {
    try await SwitchRig.with { rig in
      let doing = rig.begin(rig.deed(lifeMS: 10_000))
      #expect(try await eventually { rig.clock.nextDueMS != nil })
      rig.clock.advance(9_999)
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await doing.ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2000"] })
      await board.end()
    }
  }

  /// A socket that is open proves nothing: without an answer to a ping no text leaves.
  @Test func halfDeadGetsNothing() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig, isMute: true)
      let doing = rig.begin(rig.deed(lifeMS: 9_000))
      #expect(try await rig.pass { doing.end != nil })
      #expect(doing.end == .notDone("away"))
      #expect(board.client.messages.isEmpty)
      // The answers to all those pings come too late for that deed.
      board.isMute = false
      #expect(try await eventually { board.pings >= 4 })
      #expect(await rig.candy.obstacle() == nil)
      #expect(board.client.messages.isEmpty)
      await board.end()
    }
  }

  @Test func wakesUpInTime() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig, isMute: true)
      let doing = rig.begin(rig.deed(lifeMS: 9_000))
      let firstMS = rig.clock.nowMS + 2_000
      #expect(try await eventually { rig.clock.nextDueMS == firstMS })
      rig.clock.advance(2_000)
      #expect(try await eventually { rig.clock.nextDueMS == firstMS + 2_000 })
      board.isMute = false
      #expect(try await doing.ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2000"] })
      await board.end()
    }
  }

  // MARK: - Twice

  @Test func theNewestConnectionCounts() async throws {
    try await SwitchRig.with { rig in
      let first = try await FirmwareBoard.connect(rig)
      let second = try await FirmwareBoard.connect(rig)
      #expect(try await first.client.waits(forClose: 1008))
      #expect(first.client.closing?.reason == "the board has connected anew")
      #expect(rig.counters.snapshot[.deviceReplaced] == 1)
      #expect(try await rig.begin(rig.deed()).ends(.sent))
      #expect(try await eventually { second.runs.map(\.text) == ["4-2000"] })
      #expect(first.client.messages.isEmpty)
      // The end of the old one does not end the new one.
      await first.end()
      rig.clock.advance(5_000)
      #expect(try await rig.begin(rig.deed(1)).ends(.sent))
      #expect(try await eventually { second.runs.count == 2 })
      await second.end()
    }
  }

  /// Two boards with one secret take each other's place again and again; one that dials in anew now and then does not.
  @Test(arguments: [(9_000, 1), (31_000, 0)] as [(Int64, Int)]) func twoBoardsAreToldOf(
    _ pauseMS: Int64,
    _ warnings: Int
  ) async throws {
    try await SwitchRig.with { rig in
      var boards: [FirmwareBoard] = []
      for _ in 0..<6 {
        boards.append(try await FirmwareBoard.connect(rig))
        rig.clock.advance(pauseMS)
      }
      #expect(rig.log.warnings.count == warnings)
      #expect(!rig.log.texts.isEmpty && !rig.log.texts.contains { $0.contains(SwitchRig.candySecret) })
      for board in boards { await board.end() }
    }
  }

  /// While a dead socket is asked for a sign of life the board dials in anew: the text goes there, once.
  @Test func reconnectsWhileItIsAsked() async throws {
    try await SwitchRig.with { rig in
      let dead = try await FirmwareBoard.connect(rig, isMute: true)
      let doing = rig.begin(rig.deed())
      #expect(try await eventually { !dead.client.events.isEmpty })
      let board = try await FirmwareBoard.connect(rig)
      #expect(try await doing.ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-2000"] })
      #expect(dead.client.messages.isEmpty)
      for board in [dead, board] { await board.end() }
    }
  }

  /// A connection that takes the other's place after that has answered, and before the text has left, gets it.
  @Test func reconnectsBetweenAnswerAndText() async throws {
    try await SwitchRig.withOwnLoops { rig in
      let first = try await FirmwareBoard.connect(rig)
      rig.stall.arm()
      let doing = rig.begin(rig.deed())
      #expect(try await eventually { rig.stall.isStalled && rig.clock.nextDueMS == nil })
      let second = try await FirmwareBoard.connect(rig)
      #expect(second.client.status == 101)
      rig.stall.release()
      #expect(try await doing.ends(.sent))
      #expect(try await eventually { second.runs.map(\.text) == ["4-2000"] })
      #expect(first.client.messages.isEmpty)
      for board in [first, second] { await board.end() }
    }
  }

  /// A deadline that passes between answer and text counts.
  @Test func deadlineBetweenAnswerAndText() async throws {
    try await SwitchRig.withOwnLoops { rig in
      let board = try await FirmwareBoard.connect(rig)
      rig.stall.arm()
      let doing = rig.begin(rig.deed(lifeMS: 1_500))
      #expect(try await eventually { rig.stall.isStalled && rig.clock.nextDueMS == nil })
      rig.clock.advance(1_500)
      rig.stall.release()
      #expect(try await doing.ends(.notDone("away")))
      #expect(try await rig.begin(rig.deed(1)).ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["12-2000"] })
      await board.end()
    }
  }

  /// A connection made anew in the middle of a run shortens no wait.
  @Test func reconnectsInTheMiddleOfARun() async throws {
    try await SwitchRig.with { rig in
      let startMS = rig.clock.nowMS
      let first = try await FirmwareBoard.connect(rig)
      #expect(try await rig.begin(rig.deed(ms: 10_000)).ends(.sent))
      #expect(try await eventually { first.runs.count == 1 })
      await first.end()
      #expect(try await eventually { await rig.candy.obstacle() == "not connected" })
      rig.clock.advance(3_000)
      let board = try await FirmwareBoard.connect(rig)
      let doing = rig.begin(rig.deed(1))
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 13_000 })
      rig.clock.advance(9_999)
      #expect(doing.end == nil && board.client.messages.isEmpty)
      rig.clock.advance(1)
      #expect(try await doing.ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["12-2000"] })
      await board.end()
    }
  }

  /// A connection that ends in the middle of a text: nobody knows, and nobody sends it again.
  @Test func cutInTheMiddleOfAText() async throws {
    try await SwitchRig.with { rig in
      let startMS = rig.clock.nowMS
      let first = try await FirmwareBoard.connect(rig)
      rig.cut.isSet = true
      #expect(try await rig.begin(rig.deed()).ends(.unknown("connection_lost")))
      #expect(try await eventually { first.client.isOver })
      #expect(first.client.messages.isEmpty)
      let board = try await FirmwareBoard.connect(rig)
      let doing = rig.begin(rig.deed(1))
      // It may run for all we know.
      #expect(try await eventually { rig.clock.nextDueMS == startMS + 5_000 })
      rig.clock.advance(5_000)
      #expect(try await doing.ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["12-2000"] })
      for board in [first, board] { await board.end() }
    }
  }

  // MARK: - Signs of life

  @Test func obstacles() async throws {
    try await SwitchRig.with { rig in
      #expect(await rig.candy.obstacle() == "not connected")
      let mute = try await FirmwareBoard.connect(rig, isMute: true)
      let asking = Task { [candy = rig.candy] in await candy.obstacle() }
      let untilMS = rig.clock.nowMS + 2_000
      #expect(try await eventually { rig.clock.nextDueMS == untilMS })
      rig.clock.advance(2_000)
      #expect(await asking.value == "connected, but it does not answer")
      // The one that comes meanwhile is asked in its place.
      let again = Task { [candy = rig.candy] in await candy.obstacle() }
      #expect(try await eventually { rig.clock.nextDueMS == untilMS + 2_000 })
      let board = try await FirmwareBoard.connect(rig)
      #expect(await again.value == nil)
      // In the middle of a run it cannot answer, and is not asked.
      #expect(try await rig.begin(rig.deed(ms: 600_000)).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      let pings = board.pings
      rig.clock.advance(602_999)
      #expect(await rig.candy.obstacle() == nil)
      #expect(board.pings == pings)
      rig.clock.advance(1)
      #expect(await rig.candy.obstacle() == nil)
      #expect(board.pings > pings)
      await board.end()
      #expect(try await eventually { await rig.candy.obstacle() == "not connected" })
      await mute.end()
    }
  }

  /// A socket that is silent for a minute is dropped, but not while the firmware cannot answer.
  @Test func silenceEndsAConnection() async throws {
    try await SwitchRig.with { rig in
      let board = try await FirmwareBoard.connect(rig)
      // Nothing is ever heard of it, so its silence begins with the connection.
      let mute = try await FirmwareBoard.connect(rig, secret: SwitchRig.gateSecret, greeting: nil, isMute: true)
      #expect(try await rig.begin(rig.deed(ms: 600_000)).ends(.sent))
      #expect(try await eventually { board.runs.count == 1 })
      rig.clock.advance(59_999)
      #expect(try await eventually { !mute.client.events.isEmpty })
      #expect(!mute.client.isOver)
      rig.clock.advance(1)
      #expect(try await eventually { mute.client.isOver })
      #expect(rig.counters.snapshot[.deviceSilent] == 1)
      rig.clock.advance(543_000)
      // After the run it is pinged, answers, and stays.
      for _ in 0..<4 {
        let pings = board.pings
        rig.clock.advance(20_000)
        #expect(try await eventually { board.pings > pings })
        // Its answer is heard before more time passes.
        #expect(await rig.candy.obstacle() == nil)
      }
      #expect(rig.counters.snapshot[.deviceSilent] == 1)
      #expect(try await rig.begin(rig.deed(1)).ends(.sent))
      #expect(try await eventually { board.runs.map(\.text) == ["4-600000", "12-2000"] })
      for board in [board, mute] { await board.end() }
    }
  }
}
