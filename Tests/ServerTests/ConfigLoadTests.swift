import Coinslot
import Foundation
import Testing

@testable import Server

@Suite("Config load")
struct ConfigLoadTests {
  @Test func readsAWholeFile() throws {
    let fixture = try ConfigFixture()
    let loaded = try fixture.load(ConfigFixture.whole)
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    let config = loaded.config
    #expect(config.server.listen.map { "\($0)" } == ["127.0.0.1:8402"])
    #expect(config.server.data == "\(fixture.folder)/data")
    #expect(config.server.url == "http://127.0.0.1:8402")
    #expect(config.nano?.chain == .nanoLive)
    #expect(config.nano?.rpc == "http://[::1]:7076")
    #expect(config.nano?.callback == nil)
    #expect(config.devices.map(\.title) == ["Gate B12"])
    let slot = try #require(config.slots.first)
    let tenth = try Asset.nano.amount("0.1")
    let account = Account(chain: .nanoLive, canonical: "nano_shop")
    #expect(slot.id.rawValue == "charger")
    #expect(slot.pay.map(\.account) == [account])
    #expect(slot.pay[0].price.least == tenth)
    guard case .steps(let steps) = slot.pay[0].price else { Issue.record("no steps"); return }
    #expect(steps.map(\.gives.ms) == [600_000, 1_200_000, 3_600_000])
    #expect(slot.does.device.rawValue == "charger-1")
    #expect(slot.ifAway == Slot.Away(refuse: true, holdMS: 600_000))
  }

  @Test func anEmptyFileIsAllDefaults() throws {
    let fixture = try ConfigFixture()
    for text in ["", "\n# nothing\n", "server:\n", "---\n"] where text != "server:\n" {
      let config = try fixture.load(text).config
      var expected = Config()
      expected.server.data = "\(fixture.folder)/data"
      #expect(config == expected, "\(text)")
    }
    #expect(throws: ConfigRefusal.self) { try fixture.load("server:\n") }
  }

  @Test func readsEveryKindOfPrice() throws {
    func rule(_ price: String) throws -> PriceRule? {
      let text = """
        networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
        devices: [ { id: lamp, link: websocket, channels: 2 } ]
        slots: [ { id: lamp, pay: { nano: nano_shop }, does: { device: lamp }, price: \(price) } ]
        """
      return try ConfigFixture().load(text).config.slots.first?.pay.first?.price
    }
    let tenth = try Asset.nano.amount("0.1")
    let fifth = try Asset.nano.amount("0.2")
    #expect(try rule("{ exact: \"0.1 XNO\" }") == .exact(Step(at: tenth, gives: Purchase(ms: 0))))
    #expect(try rule("{ exact: \"0.1 XNO\", gives: 5s }") == .exact(Step(at: tenth, gives: Purchase(ms: 5_000))))
    #expect(
      try rule("{ rate: { per_minute: \"0.1 XNO\", minimum: \"0.2 XNO\", cap: 2h } }")
        == .rate(perMinute: tenth, minimum: fifth, capMS: 7_200_000)
    )
    #expect(
      try rule(
        "{ functions: [ { at: \"0.1 XNO\", does: flash, gives: 2s }, { at: \"0.2 XNO\", does: honk, channel: 1 } ] }"
      )
        == .functions([
          Step(at: tenth, gives: Purchase(ms: 2_000, function: "flash")),
          Step(at: fifth, gives: Purchase(ms: 0, function: "honk")),
        ])
    )
  }

  @Test func aDeviceIsOnTheDeviceLinkUnlessToldOtherwise() throws {
    let devices = try ConfigFixture().load("devices: [ { id: a }, { id: b, title: B, channels: 2, max_on: 1h } ]")
      .config.devices
    #expect(devices.map(\.title) == ["a", "B"])
    #expect(devices.map(\.channels) == [nil, 2])
    #expect(devices.map(\.maxOnMS) == [nil, 3_600_000])
  }

  @Test func functionsHaveTheirOwnOutputs() throws {
    let text = ConfigFixture.whole.replacing(
      /steps: .*/,
      with: "functions: [ { at: \"0.1 XNO\", does: flash }, { at: \"0.2 XNO\", does: honk, channel: 1 } ]"
    )
    let does = try #require(try ConfigFixture().load(text).config.slots.first?.does)
    #expect(does.functionChannels == ["honk": 1])
    #expect(does.output(for: Purchase(ms: 0, function: "honk")).number == 1)
    #expect(does.output(for: Purchase(ms: 0, function: "flash")).number == 0)
  }

  @Test func readsTheDoor() throws {
    let fixture = try ConfigFixture(files: [
      "watchers": "# who\nkiosk-1 0123456789abcdef0123\nkiosk-2\tfedcba9876543210fedc 2 8\n\n"
    ])
    let text = """
      networks:
        nano:
          rpc: https://node.example
          callback:
            listen: ["127.0.0.1:7090", "[::1]:7090"]
            allow: [loopback, 10.1.0.0/16, "::ffff:172.17.0.1"]
            watcher_keys_file: watchers
            minimum: "0.01 XNO"
            minimums: { xrb_a: "1 XNO" }
            origins: [https://shop.example]
      """
    let loaded = try fixture.load(text)
    let door = try #require(loaded.config.nano?.callback)
    #expect(door.listen.map { "\($0)" } == ["127.0.0.1:7090", "[::1]:7090"])
    #expect(door.allow.map(\.description) == ["loopback", "10.1.0.0/16", "::ffff:172.17.0.1"])
    #expect(
      door.watchers == [
        Config.Watcher(name: "kiosk-1", key: "0123456789abcdef0123", connections: 16, accounts: 256),
        Config.Watcher(name: "kiosk-2", key: "fedcba9876543210fedc", connections: 2, accounts: 8),
      ]
    )
    #expect(!"\(door)".contains("0123456789"), "a key must not appear in a description")
    let one = try Asset.nano.amount("1")
    let hundredth = try Asset.nano.amount("0.01")
    #expect(door.minimum(for: Account(chain: .nanoLive, canonical: "nano_a")) == one)
    #expect(door.minimum(for: Account(chain: .nanoLive, canonical: "nano_b")) == hundredth)
    #expect(door.origins == ["https://shop.example"])
  }

  @Test func aSecretPathIsNotShown() throws {
    let secret = "/callback/9f86d081884c7d659a2feaa0c55ad015"
    let text = """
      networks:
        nano:
          rpc: http://[::1]:7076
          callback: { listen: "0.0.0.0:7090", path: \(secret), watch_path: /call/6b86b273ff34fce19d6b804eff5a3f57, allow: [private] }
      """
    let loaded = try ConfigFixture().load(text)
    #expect(loaded.config.nano?.callback?.isOnPublicListener(of: loaded.config.server) == false)
    let shown = ConfigReport.text(loaded.values, withPlaces: true)
    #expect(!shown.contains("9f86d081") && !shown.contains("6b86b273"))
    #expect(shown.contains("networks.nano.callback.path = /callback/…"))
  }

  @Test(arguments: [
    "/callback/", "/callback/secret", "/callback/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "/callback/verylongwordwithoutdigits", "/callback/0123456789abcdef",
  ])
  func noSecretIsRefusedThere(_ path: String) throws {
    #expect(!SecretText.holdsSecret(path: path))
  }

  @Test func overlaps() throws {
    func overlap(_ a: String, _ b: String) throws -> Bool {
      try ListenText.address(a).overlaps(try ListenText.address(b))
    }
    for (a, b) in [
      ("127.0.0.1:1", "127.0.0.1:1"), ("0.0.0.0:1", "127.0.0.1:1"), ("[::]:1", "10.0.0.1:1"),
      ("localhost:1", "[::1]:1"),
      ("[::ffff:127.0.0.1]:1", "127.0.0.1:1"),
    ] {
      #expect(try overlap(a, b) && overlap(b, a), "\(a) \(b)")
    }
    for (a, b) in [
      ("127.0.0.1:1", "127.0.0.1:2"), ("127.0.0.1:1", "[::1]:1"), ("0.0.0.0:1", "[::1]:1"),
      ("10.0.0.1:1", "localhost:1"),
    ] {
      #expect(try !overlap(a, b) && !overlap(b, a), "\(a) \(b)")
    }
  }
}
