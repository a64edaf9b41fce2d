import Foundation

/// The library that stands between a program and the kernel in bad nights, built where the test needs it.
struct Shim {
  /// For LD_PRELOAD.
  let library: String
  /// Takes back writes that were never synced.
  let undo: String

  static func build(in folder: String) async throws -> Shim {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Shims/bad_nights.c").path()
    let shim = Shim(library: "\(folder)/bad_nights.so", undo: "\(folder)/undo")
    for arguments in [
      ["-O1", "-shared", "-fPIC", "-o", shim.library, source, "-ldl"], ["-O1", "-DUNDO", "-o", shim.undo, source],
    ] {
      let compiler = try Program("/usr/bin/env", ["cc", "-Wno-unused-result"] + arguments)
      guard try await compiler.wait(seconds: 60) == 0 else {
        throw Program.Failure.ended(status: 1, output: compiler.errors)
      }
    }
    return shim
  }

  /// Takes back what was never synced in a folder, as a power cut would; gives how many writes.
  func takeBack(in folder: String) async throws -> Int {
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".unsynced") }
    guard !files.isEmpty else { return 0 }
    let program = try Program(undo, files.map { "\(folder)/\($0)" })
    guard try await program.wait() == 0 else { throw Program.Failure.ended(status: 1, output: program.errors) }
    return Int(program.output.prefix { $0.isNumber }) ?? 0
  }
}
