import Foundation
import Primitives
import Simulators
import TestKit
import Testing

/// What stands in the way of a start is said clearly, with an exit code, and nothing is changed.
@Suite(.serialized, .timeLimit(.minutes(5))) struct BadStartTests {
  func server(_ folder: String) throws -> RunningServer {
    let server = try RunningServer(folder: folder)
    let account = ToyKey(seed: ToyKey.seed("bad start"), index: 0).address
    try server.configure(
      rpc: "http://127.0.0.1:1",
      webSocket: "ws://127.0.0.1:1",
      devices: ["relay"],
      slots: KillTests.slots([account])
    )
    return server
  }

  @Test func aNodeThatIsAbsentLeavesThePageServingAndTheSlotShut() async throws {
    try await withFolder { folder in
      let server = try server(folder)
      let program = try await server.start()
      let state = try await server.get("/v1/slots")["data"]?.array?.first?["pay"]?.array?.first?["state"]
      #expect(state?["word"]?.string == "not_watching" && state?["invites"]?.bool == false)
      #expect(try await server.get("/v1/sources")["data"]?.array?.first?["status"]?.string == "degraded")
      program.kill(SIGTERM)
      #expect(try await program.wait() == 0)
    }
  }

  @Test func aPortInUseIsNamed() async throws {
    try await withFolder { folder in
      let first = try server(folder)
      let program = try await first.start()
      // Another data folder, the same ports.
      let text = try String(contentsOfFile: first.configFile, encoding: .utf8)
      let file = "\(folder)/second.yaml"
      try text.replacingOccurrences(of: "\(folder)/data", with: "\(folder)/data2").write(
        toFile: file,
        atomically: true,
        encoding: .utf8
      )
      let second = try Program.coinslot("serve", "--config", file)
      #expect(try await second.wait() == 1)
      #expect(second.errors.contains("port is in use"), "\(second.errors)")
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  @Test func twoServersOnOneFolderRefuse() async throws {
    try await withFolder { folder in
      let first = try server(folder)
      let program = try await first.start()
      let second = try Program.coinslot(
        "serve",
        "--config",
        first.configFile,
        "--listen",
        "127.0.0.1:\(try freePort())"
      )
      #expect(try await second.wait() == 1)
      #expect(second.errors.contains("another server uses this data folder"), "\(second.errors)")
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  @Test func aFolderThatIsAFileIsNamed() async throws {
    try await withFolder { folder in
      let server = try server(folder)
      try "not a folder".write(toFile: "\(folder)/data", atomically: true, encoding: .utf8)
      let program = try Program.coinslot("serve", "--config", server.configFile)
      #expect(try await program.wait() != 0)
      #expect(program.errors.contains("data"), "\(program.errors)")
    }
  }

  @Test func aConfigurationWithMistakesIsRefusedWithLineAndColumn() async throws {
    try await withFolder { folder in
      let server = try server(folder)
      let text = try String(contentsOfFile: server.configFile, encoding: .utf8)
      try text.replacingOccurrences(of: "while_running: queue", with: "while_runing: queue").write(
        toFile: server.configFile,
        atomically: true,
        encoding: .utf8
      )
      for arguments in [["serve", "--config", server.configFile], ["config", "check", server.configFile]] {
        let program = try Program(Program.binary, arguments)
        #expect(try await program.wait() == 2)
        #expect(program.errors.contains("while_running") && program.errors.contains(":19:5:"), "\(program.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/data/ledger.sqlite"))
    }
  }
}
