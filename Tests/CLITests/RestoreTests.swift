import Foundation
import Primitives
import TestKit
import Testing

/// A backup is proven, and restoring one repeats nothing.
@Suite("Restore", .serialized, .timeLimit(.minutes(5))) struct RestoreTests {
  private func server(_ folder: String) throws -> RunningServer {
    let server = try RunningServer(folder: folder)
    try """
    server: { listen: ["127.0.0.1:\(server.publicPort)"], data: \(folder)/data }
    devices: [ { id: relay, title: Relay } ]
    """.write(toFile: server.configFile, atomically: true, encoding: .utf8)
    return server
  }

  private func run(_ server: RunningServer, _ arguments: String...) async throws -> Command.Result {
    try await Command(environment: ["COINSLOT_CONFIG": server.configFile], folder: server.folder).run(all: arguments)
  }

  private func devices(_ server: RunningServer) async throws -> Set<String> {
    Set(try await server.get("/v1/devices")["data"]?.array?.compactMap { $0["id"]?.string } ?? [])
  }

  @Test func theWholeWayThereAndBack() async throws {
    try await withFolder { folder in
      let server = try server(folder), copy = "\(folder)/copy.sqlite"
      var program = try await server.start()
      let made = try await run(server, "backup", copy)
      #expect(made.code == 0 && made.json?["bytes"]?.int != nil, "\(made)")
      let good = try await run(server, "backup", "verify", copy)
      #expect(good.code == 0 && good.json?["devices"]?.int == 1 && good.json?["ledger"]?.string != nil, "\(good)")
      #expect(try await run(server, "device", "add", "later").code == 0)
      #expect(try await devices(server) == ["relay", "later"])

      let early = try await run(server, "restore", copy, "--yes")
      #expect(early.code == 6 && early.error.contains("stop"), "\(early)")
      program.kill(SIGTERM)
      try await program.wait()

      let dry = try await run(server, "restore", copy, "--dry-run")
      #expect(dry.code == 0 && dry.json?["dry_run"]?.bool == true, "\(dry)")
      let asked = try await run(server, "restore", copy)
      #expect(asked.code == 2 && asked.error.contains("--yes"), "\(asked)")
      program = try await server.start()
      #expect(try await devices(server) == ["relay", "later"], "nothing was restored yet")
      program.kill(SIGTERM)
      try await program.wait()

      let done = try await run(server, "restore", copy, "--yes")
      let replaced = try #require(done.json?["replaced"]?.string, "\(done)")
      #expect(done.code == 0 && done.json?["held"]?.int == 0)
      let kept = replaced.hasPrefix("/") ? replaced : "\(folder)/data/\(replaced)"
      #expect(FileManager.default.fileExists(atPath: kept), "\(replaced)")
      program = try await server.start()
      #expect(try await devices(server) == ["relay"])
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  @Test func aDamagedBackupIsRefusedAndChangesNothing() async throws {
    try await withFolder { folder in
      let server = try server(folder), copy = "\(folder)/copy.sqlite"
      let program = try await server.start()
      #expect(try await run(server, "backup", "make", copy).code == 0)
      program.kill(SIGTERM)
      try await program.wait()
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: copy)))
      for index in stride(from: 4_096, to: bytes.count, by: 7) { bytes[index] ^= 0xff }
      try Data(bytes).write(to: URL(fileURLWithPath: copy))
      let ledger = "\(folder)/data/ledger.sqlite"
      let before = try Data(contentsOf: URL(fileURLWithPath: ledger))
      let bad = try await run(server, "backup", "verify", copy)
      #expect(bad.code == 1 && bad.error.contains("not good"), "\(bad)")
      let refused = try await run(server, "restore", copy, "--yes")
      #expect(refused.code == 1, "\(refused)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: ledger)) == before)
    }
  }

  @Test func whatIsNoBackupIsRefused() async throws {
    let folder = try Folder()
    try folder.write("Dear ledger,", "letter.txt")
    let letter = try await Command(folder: folder.path).run("backup", "verify", "letter.txt")
    #expect(letter.code == 1, "\(letter)")
    let nothing = try await Command(folder: folder.path).run("backup", "verify", "nothing.sqlite")
    #expect(nothing.code == 3, "\(nothing)")
    let restored = try await Command(folder: folder.path).run(
      "restore",
      "letter.txt",
      "--data",
      "\(folder.path)/d",
      "--yes"
    )
    #expect(
      restored.code == 1 && !FileManager.default.fileExists(atPath: "\(folder.path)/d/ledger.sqlite"),
      "\(restored)"
    )
  }

  @Test func aLedgerPutThereByHandIsNoticed() async throws {
    try await withFolder { folder in
      let first = try server(folder)
      var program = try await first.start()
      #expect(try await run(first, "backup", "\(folder)/copy.sqlite").code == 0)
      program.kill(SIGTERM)
      try await program.wait()
      #expect(try await run(first, "restore", "\(folder)/copy.sqlite", "--yes").code == 0)
      for end in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: "\(folder)/data/ledger.sqlite\(end)")
      }
      try FileManager.default.copyItem(atPath: "\(folder)/copy.sqlite", toPath: "\(folder)/data/ledger.sqlite")
      program = try Program.coinslot("serve", "--config", first.configFile)
      #expect(try await program.wait() == 1)
      #expect(program.errors.contains("coinslot restore"), "\(program.errors)")
    }
  }
}
