import Foundation
import Testing

@testable import Server

@Suite("Config layers")
struct ConfigLayerTests {
  private func level(file: String?, environment: String?, flag: String?) throws -> (level: String, place: ConfigPlace) {
    let loaded = try ConfigFixture().load(
      file.map { "log: { level: \($0) }" } ?? "",
      environment: environment.map { ["COINSLOT_LOG__LEVEL": $0] } ?? [:],
      flags: flag.map { [ConfigLoader.Flag(["log", "level"], $0, name: "--log-level")] } ?? []
    )
    let value = try #require(loaded.values.first { $0.path == "log.level" })
    return (loaded.config.log.level.rawValue, value.place)
  }

  @Test func eachLayerCoversTheOneBelow() throws {
    #expect(try level(file: nil, environment: nil, flag: nil) == ("info", .standard))
    #expect(
      try level(file: "debug", environment: nil, flag: nil) == ("debug", .file("coinslot.yaml", line: 1, column: 15))
    )
    #expect(try level(file: "debug", environment: "error", flag: nil) == ("error", .environment("COINSLOT_LOG__LEVEL")))
    #expect(try level(file: "debug", environment: "error", flag: "trace") == ("trace", .flag("--log-level")))
    #expect(try level(file: nil, environment: nil, flag: "trace") == ("trace", .flag("--log-level")))
    #expect(try level(file: nil, environment: "", flag: nil) == ("info", .standard))
  }

  @Test func theEnvironmentReachesDeepAndSplitsLists() throws {
    let fixture = try ConfigFixture()
    let loaded = try fixture.load(
      "networks: { nano: { rpc: \"http://[::1]:7076\" } }",
      environment: [
        "COINSLOT_SERVER__LISTEN": "127.0.0.1:1, [::1]:2", "COINSLOT_SERVER__PUBLIC_URL": "https://a.example/",
        "COINSLOT_NETWORKS__NANO__CALLBACK__LISTEN": "127.0.0.1:3", "COINSLOT_SERVER__DATA": "here",
        "COINSLOT_CONFIG": "x", "COINSLOT_TOKEN": "y", "OTHER__THING": "z",
      ]
    )
    #expect(loaded.config.server.listen.map { "\($0)" } == ["127.0.0.1:1", "[::1]:2"])
    #expect(loaded.config.server.publicURL == "https://a.example")
    #expect(loaded.config.nano?.callback?.listen.map { "\($0)" } == ["127.0.0.1:3"])
    #expect(loaded.config.server.data == "\(fixture.folder)/here")
  }

  @Test(arguments: [
    ("COINSLOT_SERVER__LISSTEN", "x", ["COINSLOT_SERVER__LISSTEN", "did you mean \"listen\"?"]),
    ("COINSLOT_LOG__LEVEL", "loud", ["COINSLOT_LOG__LEVEL", "log.level", "\"loud\" is not known"]),
    ("COINSLOT_LOG__LEVEL__MORE", "x", ["single value"]),
    ("COINSLOT_SLOTS__CHARGER__TITLE", "x", ["in the file only"]),
    ("COINSLOT_SERVER__LISTEN", "nowhere", ["COINSLOT_SERVER__LISTEN", "no port"]),
  ])
  func mistakesOfTheEnvironmentNameTheVariable(_ name: String, _ text: String, _ parts: [String]) throws {
    let found = try ConfigFixture().mistakes("log: { level: info }", environment: [name: text])
    #expect(found.count == 1, "\(found.map(\.text))")
    for part in parts { #expect(found.first?.text.contains(part) == true, "\(found.map(\.text))") }
  }

  @Test func pathsBeginWhereTheyAreWritten() throws {
    let fixture = try ConfigFixture()
    var loader = fixture.loader(environment: ["CREDENTIALS_DIRECTORY": "/run/credentials/x"])
    loader.workingFolder = "/elsewhere"
    func data(_ text: String) throws -> String {
      try loader.load(text: "server: { data: \(text) }", name: "c", folder: "/etc/coinslot").config.server.data
    }
    #expect(try data("./data") == "/etc/coinslot/data")
    #expect(try data("../lib/x") == "/etc/lib/x")
    #expect(try data("/var/lib/coinslot") == "/var/lib/coinslot")
    #expect(try data("$CREDENTIALS_DIRECTORY/y") == "/run/credentials/x/y")
    loader.flags = [.init(["server", "data"], "here", name: "--data")]
    #expect(try data("./data") == "/elsewhere/here")
  }

  @Test func findsTheFile() throws {
    let fixture = try ConfigFixture(files: ["coinslot.yaml": "", "other.yaml": ""])
    #expect(try fixture.loader().find(named: nil) == "coinslot.yaml")
    #expect(try fixture.loader(environment: ["COINSLOT_CONFIG": "other.yaml"]).find(named: nil) == "other.yaml")
    #expect(try fixture.loader(environment: ["COINSLOT_CONFIG": "missing"]).find(named: "other.yaml") == "other.yaml")
    let missing = #expect(throws: ConfigRefusal.self) {
      try fixture.loader(environment: ["COINSLOT_CONFIG": "missing"]).find(named: nil)
    }
    #expect(missing?.description.contains("COINSLOT_CONFIG") == true)
    let none = #expect(throws: ConfigRefusal.self) { try ConfigFixture().loader().find(named: nil) }
    #expect(none?.description.contains("coinslot init") == true)
    #expect(throws: ConfigRefusal.self) { try fixture.loader().find(named: "missing.yaml") }
  }

  @Test func restartIsAskedForWhereItIsNeeded() throws {
    let fixture = try ConfigFixture()
    let old = try fixture.load(ConfigFixture.whole).config
    let cheaper = try fixture.load(ConfigFixture.whole.replacing("0.1 XNO", with: "0.05 XNO")).config
    #expect(cheaper != old)
    #expect(cheaper.settingsThatNeedRestart(since: old) == [])
    let moved = try fixture.load(ConfigFixture.whole.replacing("127.0.0.1:8402", with: "127.0.0.1:8403")).config
    #expect(moved.settingsThatNeedRestart(since: old) == ["server.listen"])
  }
}
