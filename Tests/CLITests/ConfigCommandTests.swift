import Foundation
import Primitives
import TestKit
import Testing

@Suite("Config commands")
struct ConfigCommandTests {
  private static let address = "nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est"

  @Test func checkNamesEveryMistake() async throws {
    let folder = try Folder()
    try folder.write("server:\n  lissten: 1\nlog: { level: loud }\n", "bad.yaml")
    let text = try await Command(folder: folder.path).run("config", "check", "bad.yaml")
    #expect(text.code == 2 && text.output.isEmpty)
    for part in ["bad.yaml:2:3: error", "did you mean \"listen\"?", "bad.yaml:3:15: error", "\n      ^", "2 mistakes"] {
      #expect(text.error.contains(part), "\(text.error)")
    }
    let json = try await Command(folder: folder.path).run("config", "check", "bad.yaml", "--json")
    #expect(json.code == 2 && json.error.isEmpty)
    #expect(json.json?["ok"]?.bool == false && json.json?["mistakes"]?.array?.count == 2)
    #expect(json.json?["mistakes"]?[0]?["line"]?.int == 2)
  }

  @Test func checkTakesTheDefault() async throws {
    let folder = try Folder()
    let printed = try await Command(folder: folder.path).run("config", "default")
    try folder.write(printed.output, "coinslot.yaml")
    let result = try await Command(folder: folder.path).run("config", "check")
    #expect(result.code == 0 && result.output.contains("coinslot.yaml: good"), "\(result)")
  }

  @Test func checkSaysWhereItLooked() async throws {
    let folder = try Folder()
    let none = try await Command(folder: folder.path).run("config", "check")
    #expect(none.code == 2 && none.error.contains("coinslot init"))
    let named = try await Command(environment: ["COINSLOT_CONFIG": "x.yaml"], folder: folder.path).run(
      "config",
      "check"
    )
    #expect(named.code == 2 && named.error.contains("COINSLOT_CONFIG"))
  }

  @Test func showSaysWhereEachValueCameFrom() async throws {
    let folder = try Folder()
    try folder.write("server: { data: here }\n", "coinslot.yaml")
    let program = Command(environment: ["COINSLOT_LOG__LEVEL": "debug"], folder: folder.path)
    let text = try await program.run("config", "show", "--sources")
    #expect(text.output.contains("server.data = here"))
    #expect(text.output.contains("# coinslot.yaml:1:17"))
    #expect(text.output.contains("# COINSLOT_LOG__LEVEL"))
    #expect(text.output.contains("# default"))
    let json = try await program.run("config", "show", "--json")
    let level = json.json?.array?.first { $0["setting"]?.string == "log.level" }
    #expect(level?["value"]?.string == "debug" && level?["source"]?.string == "COINSLOT_LOG__LEVEL")
  }

  @Test func initWritesACheckedFileAndAKey() async throws {
    let folder = try Folder()
    let program = Command(folder: folder.path)
    let result = try await program.run("init", "--address", Self.address, "--device", "lamp", "--slot", "lamp")
    #expect(result.code == 0 && result.output.contains("coinslot serve"), "\(result)")
    #expect(folder.mode("keys/lamp.key") == 0o600)
    #expect(folder.read("keys/lamp.key")?.count == 65)
    #expect(try await program.run("config", "check").code == 0)
    let before = folder.read("coinslot.yaml")
    let again = try await program.run("init", "--address", Self.address, "--slot", "other")
    #expect(again.code == 6 && again.error.contains("not overwritten"))
    #expect(folder.read("coinslot.yaml") == before)
  }

  @Test func initDryRunWritesNothing() async throws {
    let folder = try Folder()
    let result = try await Command(folder: folder.path).run("init", "--address", Self.address, "--dry-run")
    #expect(result.code == 0 && result.output.contains(Self.address))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test(arguments: [
    (["--address", String(address.dropLast())], "59 characters"),
    (["--address", address, "--price", "0.1"], "write \"0.1 XNO\""),
    (["--address", address, "--device", "My Lamp"], "my-lamp"), ([], "--address"),
    (["--address", address, "--rpc", "http://10.0.0.1:7076"], "plain connection"),
    (["--address", address, "--title", "a\nslots: []"], "line break"),
  ])
  func initRefusesWhatTheServerWould(_ arguments: [String], _ part: String) async throws {
    let folder = try Folder()
    let result = try await Command(folder: folder.path).run(all: ["init"] + arguments)
    #expect(result.code == 2 && result.error.contains(part), "\(result)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [], "nothing may be left behind")
  }
}
