import Foundation
import Server
import Synchronization

/// The real `coinslot`, or another program, as a process of its own: started, read, killed, waited for.
final class Program: Sendable {
  /// What ended a wait.
  enum Failure: Error { case ended(status: Int32, output: String), timeout(waitingFor: String, output: String) }

  private struct State {
    var lines: [String] = []
    var partial = ""
    var errors = ""
  }
  private let process: Mutex<Process>
  private let state = Mutex(State())
  let pid: pid_t

  /// Starts the built `coinslot` with arguments.
  static func coinslot(_ arguments: String..., environment: [String: String] = [:]) throws -> Program {
    try Program(binary, arguments, environment: environment)
  }

  /// The product, which lies beside the test bundle.
  static var binary: String {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "coinslot").path()
  }

  init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe(), errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    pid = process.processIdentifier
    self.process = Mutex(process)
    Program.read(output) { [weak self] text in self?.take(text) }
    Program.read(errors) { [weak self] text in
      self?.state.withLock { $0.errors = String(($0.errors + text).suffix(100_000)) }
    }
  }

  deinit { kill(SIGKILL) }

  /// Reads a pipe to its end on a thread of its own: thousands of programs would wear out what Foundation keeps for
  /// each handler.
  private static func read(_ pipe: Pipe, _ take: @escaping @Sendable (String) -> Void) {
    let descriptor = dup(pipe.fileHandleForReading.fileDescriptor)
    try? pipe.fileHandleForReading.close()
    Thread.detachNewThread {
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        take(String(decoding: bytes[..<count], as: UTF8.self))
      }
    }
  }

  private func take(_ text: String) {
    state.withLock { state in
      var parts = (state.partial + text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      state.partial = parts.removeLast()
      state.lines = Array((state.lines + parts).suffix(20_000))
    }
  }

  var isRunning: Bool { process.withLock { $0.isRunning } }
  /// The whole lines of standard output so far.
  var lines: [String] { state.withLock { $0.lines } }
  /// All of standard output so far.
  var output: String { state.withLock { ($0.lines + [$0.partial]).joined(separator: "\n") } }
  var errors: String { state.withLock { $0.errors } }

  func kill(_ signal: Int32) { if isRunning { Foundation.kill(pid, signal) } }

  /// The exit status; kills the program where it does not end in time.
  @discardableResult
  func wait(seconds: Int = 30) async throws -> Int32 {
    let end = ContinuousClock.now + .seconds(seconds)
    while isRunning {
      guard ContinuousClock.now < end else {
        let threads = threads
        kill(SIGKILL)
        throw Failure.timeout(waitingFor: "its end", output: "\(output)\(errors)\n\(threads)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    // The pipes may hold a last line.
    try await Task.sleep(for: .milliseconds(50))
    return process.withLock { $0.terminationStatus }
  }

  /// What each of its threads waits for in the kernel, and which signals wait for it: why a program does not end.
  private var threads: String {
    let tasks = "/proc/\(pid)/task"
    let lines = (try? FileManager.default.contentsOfDirectory(atPath: tasks))?.sorted().map { thread in
      let status = (try? String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)) ?? ""
      let wanted = status.split(separator: "\n").filter { line in
        ["Name:", "State:", "SigPnd:", "ShdPnd:", "SigBlk:"].contains { line.hasPrefix($0) }
      }
      let place = (try? String(contentsOfFile: "\(tasks)/\(thread)/wchan", encoding: .utf8)) ?? ""
      return "\(thread) \(wanted.joined(separator: " ")) \(place)".replacing("\t", with: " ")
    }
    return (lines ?? []).joined(separator: "\n")
  }

  /// Waits for a line of standard output or error that contains a text.
  func waitFor(_ text: String, seconds: Int = 30) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while !(output.contains(text) || errors.contains(text)) {
      guard isRunning else { throw Failure.ended(status: try await wait(), output: output + errors) }
      guard ContinuousClock.now < end else { throw Failure.timeout(waitingFor: text, output: output + errors) }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}

/// A TCP port of loopback that nobody uses just now.
func freePort() throws -> Int { try FreePort.find() }
