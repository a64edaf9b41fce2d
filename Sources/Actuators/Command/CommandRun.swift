import Subprocess
import Synchronization

/// One run of a program: no shell, no input, almost no environment, and an end.
struct CommandRun: Sendable {
  /// Bytes of what it says that are kept; the rest is read and thrown away.
  static let mostBytes = 4_096
  /// Where it finds other programs.
  static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// The program, from the root of the file system.
  let program: String
  let arguments: [String]
  let limitMS: Int64

  /// How it ended.
  enum End: Hashable, Sendable {
    /// By itself, with a code.
    case exited(Int)
    /// By a signal of somebody else's.
    case killed
    /// By ours: its time was over, and its whole group was ended.
    case tooLong
    /// It never began.
    case notStarted
    /// It was begun, and what became of it cannot be told.
    case unclear
  }

  /// Runs it, to its end or its limit; `output` is the beginning of what it said.
  func end() async -> (end: End, output: [UInt8]) {
    var options = PlatformOptions()
    // A group of its own, so that what it starts ends with it.
    options.processGroupID = 0
    let parts = program.split(separator: "/")
    let folder = "/" + parts.dropLast().joined(separator: "/")
    let said = Mutex<[UInt8]>([])
    do {
      let found = try await Executable.name(String(parts.last ?? ""))
        .resolveExecutablePath(in: .custom(["PATH": folder]))
      let result = try await run(
        .path(found),
        arguments: Arguments(arguments),
        environment: .custom(["PATH": Self.path]),
        platformOptions: options,
        input: .none,
        output: .sequence,
        error: .combinedWithOutput
      ) { execution in
        await watch(execution) { bytes in
          said.withLock { said in said += bytes.prefix(Self.mostBytes - said.count) }
        }
      }
      let output = said.withLock { $0 }
      switch result.terminationStatus {
      case .exited(let code): return (.exited(Int(code)), output)
      case .signaled: return (result.closureResult ? .tooLong : .killed, output)
      }
    } catch let error as SubprocessError {
      let isBefore = [.spawnFailed, .executableNotFound, .failedToChangeWorkingDirectory].contains(error.code)
      return (isBefore ? .notStarted : .unclear, [])
    } catch { return (.unclear, []) }
  }

  /// Reads what it says until it ends; true where it had to be ended.
  private func watch<Input: InputProtocol, Failure: OutputProtocol>(
    _ execution: Execution<Input, SequenceOutput, Failure>,
    _ keep: @escaping @Sendable ([UInt8]) -> Void
  ) async -> Bool {
    let isTooLong = FirstAnswer<Bool>()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          for try await chunk in execution.standardOutput {
            keep(chunk.withUnsafeBytes { Array($0.prefix(Self.mostBytes)) })
          }
        } catch {
          // What it says is for the log only; its end is heard elsewhere.
        }
      }
      group.addTask {
        do { try await Task.sleep(for: .milliseconds(limitMS)) } catch { return }
        isTooLong.give(true)
        try? execution.send(signal: .kill, toProcessGroup: true)
      }
      await group.next()
      group.cancelAll()
    }
    isTooLong.give(false)
    return await isTooLong.value()
  }
}
