import Foundation

/// Another program, run to its end.
enum Command {
  /// What it writes to its standard output; its errors are not told.
  ///
  /// The input stays open until the program ends, as some stop reading answers when it closes; after `seconds` it is
  /// ended.
  static func run(_ path: String, _ arguments: [String], input: String = "", seconds: Double = 20) async throws
    -> String
  {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let (inward, outward) = (Pipe(), Pipe())
    process.standardInput = inward
    process.standardOutput = outward
    process.standardError = FileHandle.nullDevice
    try process.run()
    let identifier = process.processIdentifier
    let timer = Task.detached {
      try await Task.sleep(for: .seconds(seconds))
      kill(identifier, SIGKILL)
    }
    defer { timer.cancel() }
    signal(SIGPIPE, SIG_IGN)
    try? inward.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    let output = outward.fileHandleForReading
    let bytes = try await offPool { try output.readToEnd() ?? Data() }
    try? inward.fileHandleForWriting.close()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }
}
