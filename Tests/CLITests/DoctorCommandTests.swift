import Foundation
import Primitives
import Simulators
import TestKit
import Testing

/// What the doctor finds, alone and beside a running server.
@Suite("Doctor", .serialized, .timeLimit(.minutes(5))) struct DoctorCommandTests {
  private func findings(_ result: Command.Result, _ place: String) -> [JSONValue] {
    (result.json?["findings"]?.array ?? []).filter { $0["place"]?.string == place }
  }

  private func verdicts(_ result: Command.Result, _ place: String) -> [String] {
    findings(result, place).compactMap { $0["verdict"]?.string }
  }

  @Test func aMistakeInTheConfigurationIsTheFirstThing() async throws {
    let folder = try Folder()
    try folder.write("server: { lissten: 1 }\n", "coinslot.yaml")
    let result = try await Command(folder: folder.path).run("doctor")
    #expect(result.code == 1 && verdicts(result, "configuration") == ["bad"], "\(result)")
    #expect(findings(result, "configuration").first?["next"]?.string == "coinslot config check")
  }

  @Test func withoutServerAndNodeItSaysSo() async throws {
    let folder = try Folder()
    try folder.write("networks: { nano: { rpc: \"http://127.0.0.1:\(try freePort())\" } }\n", "coinslot.yaml")
    let result = try await Command(folder: folder.path).run("doctor")
    #expect(result.code == 1 && result.json?["ok"]?.bool == false, "\(result)")
    #expect(verdicts(result, "node") == ["bad"] && verdicts(result, "server") == ["warn"])
    #expect(verdicts(result, "data folder") == ["warn"] && verdicts(result, "alarms") == ["warn"])
    #expect(verdicts(result, "backups") == ["warn"] && verdicts(result, "clock") == ["ok"])
    let live = try await Command(folder: folder.path).run("doctor", "--live")
    #expect(live.code == 1 && live.error.contains("/livez"), "\(live)")
  }

  @Test func openSecretsAreNamedWithTheCommand() async throws {
    let folder = try Folder()
    try folder.write("log: { level: info }\n", "coinslot.yaml")
    try FileManager.default.createDirectory(atPath: "\(folder.path)/data/devices", withIntermediateDirectories: true)
    try folder.write(String(repeating: "a", count: 64), "data/devices/lamp.1.key")
    try folder.write("cst_x", "data/admin.token")
    chmod("\(folder.path)/data/devices/lamp.1.key", 0o644)
    chmod("\(folder.path)/data/admin.token", 0o600)
    chmod("\(folder.path)/data", 0o755)
    let result = try await Command(folder: folder.path).run("doctor")
    let bad = findings(result, "secrets")
    #expect(bad.count == 1 && bad.first?["verdict"]?.string == "bad", "\(result)")
    #expect(bad.first?["next"]?.string == "chmod 600 \(folder.path)/data/devices/lamp.1.key")
    #expect(findings(result, "data folder").first?["next"]?.string == "chmod 700 \(folder.path)/data")
  }

  @Test func aClockBehindTheLedgerIsBad() async throws {
    let folder = try Folder()
    try folder.write("log: { level: info }\n", "coinslot.yaml")
    try FileManager.default.createDirectory(atPath: "\(folder.path)/data", withIntermediateDirectories: true)
    try folder.write("", "data/ledger.sqlite")
    let later = Date(timeIntervalSinceNow: 3_600)
    try FileManager.default.setAttributes([.modificationDate: later], ofItemAtPath: "\(folder.path)/data/ledger.sqlite")
    let result = try await Command(folder: folder.path).run("doctor")
    #expect(verdicts(result, "clock") == ["bad"], "\(result)")
  }

  @Test func besideAServerThatIsWellItFindsNothingBad() async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder)
      let sim = try await NanoSimulator.start()
      let shop = ToyKey(seed: ToyKey.seed("doctor"), index: 0).address
      try server.configure(
        rpc: sim.rpcURL,
        webSocket: sim.webSocketURL,
        devices: ["relay"],
        slots: KillTests.slots([shop])
      )
      let program = try await server.start()
      let device = try server.startDevice("relay", arguments: ["--channels", "1"])
      #expect(
        try await eventually(within: 60) {
          let result = try await doctor(server)
          return result.code == 0 && verdicts(result, "devices") == ["ok"] && verdicts(result, "server") == ["ok"]
        }
      )
      var result = try await doctor(server)
      for place in ["data folder", "disk", "secrets", "clock", "callback", "node"] {
        #expect(Set(verdicts(result, place)) == ["ok"], "\(place): \(result)")
      }
      let live = try await Command(folder: folder).run("doctor", "--live", "--config", server.configFile)
      #expect(live.code == 0, "\(live)")
      device.kill(SIGKILL)
      try await device.wait()
      #expect(try await eventually(within: 60) { verdicts(try await doctor(server), "devices") == ["warn"] })
      await sim.stop()
      result = try await doctor(server)
      #expect(result.code == 1 && verdicts(result, "node") == ["bad"], "\(result)")
      program.kill(SIGTERM)
      try await program.wait()
    }
  }

  private func doctor(_ server: RunningServer) async throws -> Command.Result {
    try await Command(folder: server.folder).run("doctor", "--config", server.configFile)
  }
}
