public import Coinslot
public import Logging
import Primitives

/// A program on this machine that does the deed.
///
/// Run without a shell, with the arguments of a fixed template. It says by its exit code how it went: 0 done, 75
/// (`EX_TEMPFAIL`) nothing happened and it may be tried again, anything else is unknown unless `failureMeans` says that
/// it means nothing happened. It is killed with all that it started when its time is over.
///
/// ## On failure
/// Nothing is kept here. A program that was begun before a restart may have done its deed, so it is not run again,
/// unless it is set up as one that may be.
public final class CommandMachine: Machine {
  /// Programs that run at once, and deeds that wait for them.
  static let width = 4, mostWaiting = 64

  private let settings: CommandSettings
  private let template: CommandTemplate
  private let clock: any Clock
  private let logger: Logger
  private let lane = Lane(width: CommandMachine.width, most: CommandMachine.mostWaiting)

  /// A program as it is set up.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(_ settings: CommandSettings, clock: any Clock, logger: Logger) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    self.settings = settings
    template = try CommandTemplate(settings.arguments)
    self.clock = clock
    self.logger = logger
  }

  /// Whether the program is there and can be run.
  public func obstacle() async -> String? {
    ExecutableFile.isThere(settings.program) ? nil : "\(settings.program) is not there, or is no program"
  }

  /// Runs the program.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    guard !deed.mayHaveHappened || settings.mayRepeat else { return .unknown(EndWord.interrupted) }
    guard deed.command.mode != .stop || settings.takesMode else { return .notDone(EndWord.cannot) }
    let arguments: [String]
    do throws(CommandTemplate.Refusal) { arguments = try template.arguments(for: deed) } catch {
      logger.debug("command not run", metadata: ["dispatch.id": "\(deed.id)", "reason": "\(error)"])
      return deed.mayHaveHappened ? .unknown(EndWord.interrupted) : .notDone(EndWord.refused)
    }
    // The pause between two tries leaves a place in the lane to others.
    return await Tries(by: clock).end(of: deed) { _ in
      switch await lane.enter(by: deed.deadlineMS, clock) {
      case .full: return .refused(EndWord.full)
      case .tooLate: return .again(EndWord.tooLate)
      case .turn: break
      }
      guard clock.nowMS < deed.deadlineMS else {
        lane.leave()
        return .again(EndWord.tooLate)
      }
      return await run(arguments, deed.id)
    }
  }

  /// Runs it once; whoever stops waiting does not stop the program.
  private func run(_ arguments: [String], _ id: DispatchID) async -> Tries.Step {
    let run = CommandRun(program: settings.program, arguments: arguments, limitMS: settings.limitMS)
    let ended = FirstAnswer<Tries.Step>()
    Task { [lane, logger, settings] in
      let (end, output) = await run.end()
      lane.leave()
      logger.debug(
        "command ended",
        metadata: [
          "dispatch.id": "\(id)", "end": "\(end)", "output": "\(Comment.tame(String(decoding: output, as: UTF8.self)))",
        ]
      )
      ended.give(Self.step(end, settings))
    }
    return await withTaskCancellationHandler {
      await ended.value()
    } onCancel: {
      ended.give(.lost(EndWord.interrupted))
    }
  }

  private static func step(_ end: CommandRun.End, _ settings: CommandSettings) -> Tries.Step {
    let doubt: (String) -> Tries.Step = { settings.mayRepeat ? .unclear($0) : .lost($0) }
    return switch end {
    case .exited(0): .ended(.done)
    case .exited(75): .again(EndWord.busy)
    case .exited: settings.failureMeans == .notDone ? .refused(EndWord.failed) : doubt(EndWord.failed)
    case .notStarted: .refused(EndWord.cannot)
    case .killed, .unclear: doubt(EndWord.failed)
    case .tooLong: doubt(EndWord.noAnswer)
    }
  }
}
