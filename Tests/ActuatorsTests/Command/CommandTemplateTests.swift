import Coinslot
import Testing

@testable import Actuators

@Suite struct CommandTemplateTests {
  private let all = ["--ms", "{ms}", "{amount}", "{slot}", "{sale}", "{function}", "{mode}", "{id}", "--", "{comment}"]

  @Test func wholeArgumentsStandForWhatIsKnown() throws {
    let deed = try deed(ms: 600, by: 1, comment: "-rf /; $(id)")
    #expect(
      try CommandTemplate(all).arguments(for: deed)
        == ["--ms", "600", "21000", "lamp", "sal_01", "blink", "new", "dsp_01", "--", "-rf /; $(id)"]
    )
  }

  @Test func aCommentThatLooksLikeAnOptionIsRefused() throws {
    let template = try CommandTemplate(["{comment}"])
    #expect(throws: CommandTemplate.Refusal.option(.comment)) {
      () throws in _ = try template.arguments(for: try deed(by: 1, comment: "--delete"))
    }
    #expect(try template.arguments(for: try deed(by: 1, comment: "a -b")) == ["a -b"])
    #expect(try template.arguments(for: try deed(by: 1)) == [""])
  }

  @Test func whatIsNotKnownOrTooLongIsRefused() throws {
    let test = Deed(
      id: DispatchID(rawValue: "dsp_1"),
      channel: try deed(by: 1).channel,
      command: Dispatch.Command(mode: .new, ms: 1, once: true),
      deadlineMS: 1,
      mayHaveHappened: false,
      cause: Deed.Cause(function: String(repeating: "f", count: 2_000))
    )
    #expect(throws: CommandTemplate.Refusal.missing(.sale)) {
      () throws in _ = try CommandTemplate(["{sale}"]).arguments(for: test)
    }
    #expect(throws: CommandTemplate.Refusal.long(.function)) {
      () throws in _ = try CommandTemplate(["{function}"]).arguments(for: test)
    }
    // Four bytes a character, yet no longer than an argument may be once it is cut to 500 characters.
    let wide = try deed(by: 1, comment: String(repeating: "😀", count: 5_000))
    #expect(throws: CommandTemplate.Refusal.long(.comment)) {
      () throws in _ = try CommandTemplate(["{comment}"]).arguments(for: wide)
    }
  }

  @Test(arguments: [
    ["x{ms}"], ["--comment={comment}"], ["a\0"], [String(repeating: "a", count: 1_001)],
    Array(repeating: "a", count: 65),
  ])
  func refusesTemplates(_ arguments: [String]) {
    #expect(throws: MachineMistake.self) { () throws in _ = try CommandTemplate(arguments) }
  }

  @Test(
    arguments: [
      ("open-gate", []), ("./open", []), ("/usr/../bin/true", []), ("/usr//bin/true", []), ("", []),
      ("/bin/sh", ["-c", "{comment}"]), ("/bin/true", ["{ms}x"]),
    ] as [(String, [String])]
  ) func refusesToBeSetUp(_ program: String, _ arguments: [String]) {
    #expect(CommandSettings(program: program, arguments: arguments).validate().count == 1)
  }

  @Test func isSetUp() {
    #expect(CommandSettings(program: "/bin/sh", arguments: ["-c", "true"]).validate().isEmpty)
    #expect(CommandSettings(program: "/bin/true", limitMS: 0).validate().count == 1)
  }
}
