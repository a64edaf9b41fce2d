import Foundation
import Primitives

/// The built program, run as a script would.
struct Command {
  /// What it is given besides arguments; nothing of this process's own settings.
  var environment: [String: String] = [:]
  /// Where it runs.
  var folder = NSTemporaryDirectory()
  /// What is typed.
  var input = ""

  /// What came of a run.
  struct Result: Sendable {
    let code: Int32
    let output: String
    let error: String

    /// The output as JSON.
    var json: JSONValue? { try? JSONValue(parsing: output.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// Where it was built: beside the tests.
  static let path: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("coinslot").path
  }()

  /// Runs it to its end; one that takes longer than `seconds` is ended.
  func run(_ arguments: String..., seconds: Double = 30) async throws -> Result {
    try await run(all: arguments, seconds: seconds)
  }

  /// Runs it to its end; one that takes longer than `seconds` is ended.
  func run(all arguments: [String], seconds: Double = 30) async throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder].merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let name = "\(folder)/.run-\(UUID().uuidString)"
    // Files, not pipes: a full pipe would stop the program.
    for end in ["in", "out", "err"] {
      _ = FileManager.default.createFile(atPath: "\(name).\(end)", contents: end == "in" ? Data(input.utf8) : nil)
    }
    defer { for end in ["in", "out", "err"] { try? FileManager.default.removeItem(atPath: "\(name).\(end)") } }
    process.standardInput = FileHandle(forReadingAtPath: "\(name).in")
    process.standardOutput = FileHandle(forWritingAtPath: "\(name).out")
    process.standardError = FileHandle(forWritingAtPath: "\(name).err")
    try process.run()
    let deadline = ContinuousClock.now + .seconds(seconds)
    while process.isRunning {
      if ContinuousClock.now > deadline { process.terminate() }
      try await Task.sleep(for: .milliseconds(10))
    }
    func text(_ end: String) -> String { (try? String(contentsOfFile: "\(name).\(end)", encoding: .utf8)) ?? "" }
    return Result(code: process.terminationStatus, output: text("out"), error: text("err"))
  }
}
