import Coinslot
import Testing

@testable import Gateway

@Suite struct ShownOutputsTests {
  static func output(_ n: UInt64, _ says: String, _ left: UInt64? = nil, number: UInt8 = 0) -> OutputState {
    OutputState(number: number, command: n, says: says, leftMS: left)
  }

  static func greeted(_ output: OutputState) -> ShownOutputs {
    var shown = ShownOutputs()
    shown.greet([output], nowMS: 0)
    return shown
  }

  @Test(arguments: [
    (output(4, "idle"), output(4, "idle"), false), (output(4, "idle"), output(5, "idle"), true),
    (output(4, "idle"), output(4, "done"), true), (output(4, "idle"), output(3, "idle"), true),
    // A countdown that runs as expected is no news; one that strays is.
    (output(4, "running", 600_000), output(4, "running", 580_000), false),
    (output(4, "running", 600_000), output(4, "running", 575_000), false),
    (output(4, "running", 600_000), output(4, "running", 574_999), true),
    (output(4, "running", 600_000), output(4, "running", 600_000), true),
    (output(4, "running", 10_000), output(4, "running", 0), false),
    (output(4, "paused", 600_000), output(4, "paused", 600_000), false),
    (output(4, "paused", 600_000), output(4, "paused", 580_000), true),
    (output(4, "idle"), output(4, "idle", 0), true), (output(4, "idle", .max), output(4, "idle", 0), true),
    (output(4, "idle", 0), output(4, "idle", .max), true),
  ])
  func tellsNews(_ before: OutputState, _ now: OutputState, _ isNews: Bool) {
    var shown = Self.greeted(before)
    #expect(shown.show([now], nowMS: 20_000).isEmpty != isNews)
    #expect(shown.latest == [now])
    #expect(shown.show([now], nowMS: 20_000).isEmpty)
  }

  @Test func anOutputNeverSeenIsNews() {
    var shown = Self.greeted(Self.output(4, "idle"))
    #expect(shown.show([Self.output(0, "idle", number: 1)], nowMS: 1).count == 1)
    #expect(shown.latest.count == 2)
  }

  @Test func whatCouldNotBeRecordedIsNewsAgain() {
    var shown = Self.greeted(Self.output(4, "idle"))
    shown.notRecorded(0)
    #expect(shown.show([Self.output(4, "idle")], nowMS: 1).count == 1)
    #expect(shown.show([Self.output(4, "idle")], nowMS: 2).isEmpty)
  }

  /// While a number is unanswered every ping matters: after the deadline a lower number is proof that it never ran.
  @Test func everyPingMattersWhileANumberIsUnanswered() {
    var shown = Self.greeted(Self.output(4, "idle"))
    shown.sent(5, to: 0, untilMS: 100)
    for now in [1, 50, 99] as [Int64] { #expect(shown.show([Self.output(4, "idle")], nowMS: now).count == 1) }
    // The last one in which the books care; from then on it is quiet.
    #expect(shown.show([Self.output(4, "idle")], nowMS: 100).count == 1)
    #expect(shown.show([Self.output(4, "idle")], nowMS: 101).isEmpty)
  }

  @Test func anAnswerEndsThat() {
    var shown = Self.greeted(Self.output(4, "idle"))
    shown.sent(5, to: 0, untilMS: 100)
    shown.answered(4, by: 0)
    #expect(shown.show([Self.output(4, "idle")], nowMS: 1).count == 1)
    shown.answered(5, by: 0)
    #expect(shown.show([Self.output(4, "idle")], nowMS: 2).isEmpty)
    #expect(shown.show([Self.output(5, "running", 9)], nowMS: 3).count == 1)
  }
}
