import Coinslot
import TestKit
import Testing

/// One machine with the fake it drives, as the common suite sees them.
struct MachineRig: Sendable {
  /// How the fake behaves from now on.
  enum Play: Sendable, CaseIterable {
    /// It does as it is told and says so.
    case obeys
    /// It does as it is told, once, and then says nothing any more.
    case obeysAndFallsSilent
    /// It says no and does nothing.
    case refuses
    /// Nobody is there.
    case away
  }

  let machine: any Machine
  let clock: any Coinslot.Clock
  /// Makes the fake behave so.
  let play: @Sendable (Play) async throws -> Void
  /// How often something happened in the world; what a fake recognises as a repetition counts once.
  let effects: @Sendable () -> Int
  /// All that reached the fake, as text.
  let received: @Sendable () -> String
  /// Milliseconds in which a deed must start where nothing answers; where all is well there is ten times as long.
  var lifeMS: Int64 = 1_500
  /// Milliseconds that a deed runs.
  var runMS: UInt64 = 1_000
  /// Plays that make no sense with this machine.
  var without: Set<Play> = []
}

/// What every machine promises, whatever it drives.
///
/// A fake that fails it is no fake, a driver that fails it is no machine.
enum MachineConformance {
  /// Texts that would be code if any driver took them for it.
  static let hostile = [
    "$(touch coinslot-was-here)", "`id`; reboot #", "--help", "\"}],\"method\":\"Switch.Set", "{{ states }}",
    "x\r\nX-Injected: 1", "' OR 1=1 --", "{ms}{amount}", "../../etc/passwd\u{0}", "\u{202e}neverto",
  ]

  /// Runs all rules, each on a machine of its own.
  static func check(_ make: () async throws -> MachineRig) async throws {
    try await doesIt(make())
    try await provesThatNothingHappened(make())
    try await neverStartsLate(make())
    try await neverTwice(make())
    try await neverTwiceAfterARestart(make())
    try await canBeLeft(make())
    for text in hostile { try await takesACommentForText(text, make()) }
  }

  private static func doesIt(_ rig: MachineRig) async throws {
    try await rig.play(.obeys)
    #expect(try await eventually { await rig.machine.obstacle() == nil })
    let end = await rig.machine.carryOut(try deed(ms: rig.runMS, by: rig.clock.nowMS + rig.lifeMS * 10))
    #expect(end == .done || end == .sent, "\(end)")
    #expect(rig.effects() == 1)
  }

  private static func provesThatNothingHappened(_ rig: MachineRig) async throws {
    for play in [MachineRig.Play.refuses, .away] where !rig.without.contains(play) {
      try await rig.play(play)
      let begin = rig.clock.nowMS
      let end = await rig.machine.carryOut(try deed("dsp_\(play)", ms: rig.runMS, by: begin + rig.lifeMS))
      guard case .notDone = end else {
        Issue.record("\(play): \(end)")
        continue
      }
      #expect(rig.effects() == 0, "\(play)")
    }
  }

  private static func neverStartsLate(_ rig: MachineRig) async throws {
    try await rig.play(.obeys)
    let nowMS = rig.clock.nowMS
    #expect(await rig.machine.carryOut(try deed("dsp_a", ms: rig.runMS, by: nowMS)) == .notDone("too_late"))
    #expect(await rig.machine.carryOut(try deed("dsp_b", ms: rig.runMS, by: nowMS - 60_000)) == .notDone("too_late"))
    let old = await rig.machine.carryOut(try deed("dsp_c", ms: rig.runMS, by: nowMS - 1, mayHaveHappened: true))
    guard case .unknown = old else {
      Issue.record("what may have happened ended \(old)")
      return
    }
    #expect(rig.effects() == 0)
  }

  /// An answer that got lost leads to no second deed, and to no claim that nothing happened.
  private static func neverTwice(_ rig: MachineRig) async throws {
    guard !rig.without.contains(.obeysAndFallsSilent) else { return }
    try await rig.play(.obeysAndFallsSilent)
    let end = await rig.machine.carryOut(try deed(ms: rig.runMS, by: rig.clock.nowMS + rig.lifeMS))
    if case .notDone = end { Issue.record("it happened and ended \(end)") }
    #expect(rig.effects() == 1)
  }

  private static func neverTwiceAfterARestart(_ rig: MachineRig) async throws {
    try await rig.play(.obeys)
    let first = try deed(ms: rig.runMS, by: rig.clock.nowMS + rig.lifeMS * 10)
    _ = await rig.machine.carryOut(first)
    #expect(rig.effects() == 1)
    let again = try deed(ms: rig.runMS, by: rig.clock.nowMS + rig.lifeMS * 10, mayHaveHappened: true)
    let end = await rig.machine.carryOut(again)
    if case .notDone = end { Issue.record("it happened and ended \(end)") }
    #expect(rig.effects() == 1)
  }

  /// Who stops waiting is let go at once, and is not told that nothing happened where something did.
  private static func canBeLeft(_ rig: MachineRig) async throws {
    guard !rig.without.contains(.obeysAndFallsSilent) else { return }
    try await rig.play(.obeysAndFallsSilent)
    let deed = try deed(ms: rig.runMS, by: rig.clock.nowMS + 600_000)
    let waiting = Task { await rig.machine.carryOut(deed) }
    let clock = ContinuousClock()
    let until = clock.now + .seconds(5)
    while rig.effects() == 0, clock.now < until { try await Task.sleep(for: .milliseconds(5)) }
    waiting.cancel()
    let begin = clock.now
    let end = await waiting.value
    #expect(clock.now - begin < .seconds(3))
    if case .notDone = end, rig.effects() > 0 { Issue.record("it happened and ended \(end)") }
  }

  private static func takesACommentForText(_ text: String, _ rig: MachineRig) async throws {
    try await rig.play(.obeys)
    let plain = try deed(ms: rig.runMS, by: rig.clock.nowMS + rig.lifeMS * 10, comment: text)
    let end = await rig.machine.carryOut(plain)
    // A machine may refuse a text, but what it takes happens once and as always.
    if case .notDone = end { #expect(rig.effects() == 0) } else { #expect(rig.effects() == 1, "\(text): \(end)") }
    #expect(!rig.received().contains("\r\nX-Injected: 1"), "\(text)")
  }
}
