import Foundation
import Primitives
import TestKit
import Testing

@Suite("Program")
struct ProgramTests {
  static let commands = [
    ["init"], ["serve"], ["demo"], ["config", "check"], ["config", "show"], ["config", "default"], ["backup"],
    ["slot", "list"], ["slot", "open"], ["slot", "close"], ["device", "list"], ["device", "add"], ["device", "ping"],
    ["device", "trigger"], ["device", "stop"], ["device", "rotate"], ["device", "release"], ["device", "revoke"],
    ["device", "run"], ["payment", "list"], ["payment", "show"], ["dispatch", "list"], ["dispatch", "show"], ["listen"],
    ["sim", "nano"], ["sim", "lightning"], ["version"], ["doctor"], ["alarm", "test"], ["token", "rotate"],
    ["token", "reset"], ["master-key", "new"], ["person", "show"], ["person", "erase"], ["audit-log"],
    ["backup", "make"], ["backup", "verify"], ["restore"],
  ]

  @Test(arguments: commands) func helpShowsAnExample(_ command: [String]) async throws {
    let result = try await Command().run(all: command + ["--help"])
    #expect(result.code == 0)
    #expect(result.output.contains("Example"), "\(result.output)")
    #expect(result.output.contains("coinslot \(command.joined(separator: " "))"))
  }

  @Test(arguments: [
    ["bogus"], ["slot"], ["slot", "list", "--bogus"], ["payment", "list", "--limit", "0"], ["device", "add"],
    ["device", "trigger", "x"], ["device", "trigger", "x", "--test", "--seconds", "1", "--ms", "1"],
    ["device", "run", "--id", "a", "--key-file", "b"], ["listen"],
    ["listen", "nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est", "--node", "ws://[::1]:7078"],
    ["listen", "nano_nonsense"], ["sim", "nano", "--fault", "nonsense=1"], ["sim", "nano", "--release", "99"],
    ["sim", "lightning", "--fault", "nonsense=1"], ["demo", "--network", "gold"], ["demo", "--json"],
  ])
  func wrongUsageIsTwoAndSaysWhy(_ arguments: [String]) async throws {
    let folder = try Folder()
    let result = try await Command(folder: folder.path).run(all: arguments)
    // A group of commands without one shows its help, which is what was missing.
    if arguments == ["slot"] { return #expect(result.code == 0 && result.output.contains("SUBCOMMANDS")) }
    #expect(result.code == 2, "\(result)")
    #expect(!result.error.isEmpty && result.output.isEmpty)
  }

  @Test func versionIsOneLine() async throws {
    let result = try await Command().run("version", "--json")
    #expect(result.code == 0 && result.json?["name"]?.string == "coinslot")
    #expect(try await Command().run("--version").output.contains(result.json?["version"]?.string ?? "?"))
  }
}
