import Coinslot
import Testing

@testable import Server

/// Machines that we give orders to, and what slots call their outputs.
@Suite("Config of machines")
struct ConfigMachineTests {
  static let files = ConfigSecrets.files.merging(
    ["tokens": "{\"refresh_token\": \"x\"}", "token": "a-secret-token", "switch": ConfigSecrets.bitcoinSwitch],
    uniquingKeysWith: { $1 }
  )

  private func load(_ text: String) throws -> LoadedConfig {
    let loaded = try ConfigFixture(files: Self.files).load(text)
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    return loaded
  }

  /// What a device's settings say of themselves, the folder of the files left out.
  private func settings(_ device: String, top: String = "log: {}") throws -> String {
    let fixture = try ConfigFixture(files: Self.files)
    let loaded = try fixture.load("\(top)\ndevices: [ { id: a, title: A, \(device) } ]")
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    let link = try #require(loaded.config.devices.first?.link)
    let text =
      switch link {
      case .websocket: "websocket"
      case .webhook(let settings): "\(settings)"
      case .mqtt(let settings): "\(settings)"
      case .shelly(let settings): "\(settings)"
      case .tasmota(let settings): "\(settings)"
      case .tesla(let settings): "\(settings)"
      case .command(let parts): parts.map { "\($0.output) \($0.name ?? "-") \($0.settings)" }.joined(separator: "; ")
      case .homeAssistant(let parts):
        parts.map { "\($0.output) \($0.name ?? "-") \($0.settings)" }.joined(separator: "; ")
      case .bitcoinSwitch(let board): "\(board.secret.text) \(board.pins)"
      }
    return text.replacing(fixture.folder, with: "")
  }

  @Test func webhooks() throws {
    #expect(
      try settings("link: webhook, url: \"https://hooks.example/x\"")
        == "WebhookSettings(url: \"https://hooks.example/x\", secrets: [], allowPrivate: false, trustedCAFile: nil)"
    )
    #expect(
      try settings(
        "link: webhook, url: \"http://10.0.0.4/x\", allow_private: true, secret_file: keys/hook, certificate: keys/hook.pem"
      )
        == "WebhookSettings(url: \"http://10.0.0.4/x\", secrets: [whsec_…], allowPrivate: true, trustedCAFile: Optional(\"/keys/hook.pem\"))"
    )
  }

  @Test func relays() throws {
    #expect(
      try settings("link: shelly, url: \"http://10.0.0.4\"")
        == "ShellySettings(url: \"http://10.0.0.4\", password: nil, deviceID: nil)"
    )
    #expect(
      try settings("link: shelly, url: \"http://10.0.0.4\", password_file: token, device_id: shellyplus1-x, switch: 2")
        == "ShellySettings(url: \"http://10.0.0.4\", password: Optional(\"a-secret-token\"), deviceID: Optional(\"shellyplus1-x\"))"
    )
    #expect(
      try settings("link: tasmota, url: \"http://10.0.0.4\"")
        == "TasmotaSettings(url: \"http://10.0.0.4\", password: nil, mac: nil, outputs: [0])"
    )
    #expect(
      try settings(
        "link: tasmota, url: \"http://10.0.0.4\", password_file: token, mac: \"A4:CF:12:00:00:01\", outputs: [1, 3]"
      )
        == "TasmotaSettings(url: \"http://10.0.0.4\", password: Optional(\"a-secret-token\"), mac: Optional(\"A4:CF:12:00:00:01\"), outputs: [1, 3])"
    )
  }

  @Test func whatIsBehindABroker() throws {
    let broker = "mqtt: { url: \"mqtt://127.0.0.1\" }"
    #expect(
      try settings("link: mqtt", top: broker)
        == "MQTTMachineSettings(device: \"a\", title: \"A\", outputs: [0], answers: true)"
    )
    #expect(
      try settings("link: mqtt, topic: Lamp_1, outputs: [0, 5], answers: false", top: broker)
        == "MQTTMachineSettings(device: \"Lamp_1\", title: \"A\", outputs: [0, 5], answers: false)"
    )
  }

  @Test func theBroker() throws {
    func broker(_ text: String) throws -> String? {
      let fixture = try ConfigFixture(files: Self.files)
      return try fixture.load("mqtt: { \(text) }").config.broker.map {
        "\($0.settings)".replacing(fixture.folder, with: "")
      }
    }
    #expect(
      try broker("url: \"mqtt://127.0.0.1\"")
        == "MQTTSettings(url: \"mqtt://127.0.0.1\", clientID: \"coinslot\", user: nil, password: nil, trustedCAFile: nil, keepAliveSeconds: 30, statusTopic: \"coinslot/status\", discoveryPrefix: Optional(\"homeassistant\"))"
    )
    #expect(
      try broker(
        "url: \"mqtts://b.example\", client_id: c, user: u, password_file: token, certificate: keys/broker.pem, keep_alive: 1min, status_topic: s/t, discovery: false"
      )
        == "MQTTSettings(url: \"mqtts://b.example\", clientID: \"c\", user: Optional(\"u\"), password: Optional(\"a-secret-token\"), trustedCAFile: Optional(\"/keys/broker.pem\"), keepAliveSeconds: 60, statusTopic: \"s/t\", discoveryPrefix: nil)"
    )
  }

  @Test func carsAndTheirAccount() throws {
    let account =
      "tesla: { client_id: x, token_file: tokens, url: \"https://localhost:4444\", certificate: keys/tesla-proxy.pem }"
    #expect(
      try settings("link: tesla, vin: LRWYA0000AA000001", top: account)
        == "TeslaSettings(url: \"https://localhost:4444\", trustedCAFile: Optional(\"/keys/tesla-proxy.pem\"), vin: \"LRWYA0000AA000001\")"
    )
    let tesla = try load("tesla: { client_id: x, token_file: tokens, auth_url: \"https://auth.example/t\" }").config
      .tesla
    #expect(tesla?.proxyURL == "https://localhost:4443" && tesla?.proxyCertificate == nil)
    #expect(tesla?.tokenFile.hasSuffix("/tokens") == true)
    #expect(tesla.map { "\($0.keys)".contains("https://auth.example/t") } == true)
  }

  @Test func tokensOfACarAreNoCredentialOfSystemd() throws {
    let fixture = try ConfigFixture(files: Self.files)
    let found = fixture.mistakes(
      "tesla: { client_id: x, token_file: $CREDENTIALS_DIRECTORY/tokens }",
      environment: ["CREDENTIALS_DIRECTORY": fixture.folder]
    )
    #expect(found.map { $0.text.contains("cannot be replaced") } == [true], "\(found.map(\.text))")
  }

  @Test func programs() throws {
    #expect(
      try settings("link: command, program: /bin/true")
        == "0 - CommandSettings(program: \"/bin/true\", arguments: [], limitMS: 30000, failureMeans: Actuators.CommandSettings.FailureMeaning.unknown, mayRepeat: false)"
    )
    #expect(
      try settings(
        "link: command, commands: [ { name: open, output: 3, program: /bin/true, args: [-o, \"{ms}\"], limit: 5s, failure_means: not_done, may_repeat: true }, { name: close, program: /bin/false } ]"
      )
        == "3 open CommandSettings(program: \"/bin/true\", arguments: [\"-o\", \"{ms}\"], limitMS: 5000, failureMeans: Actuators.CommandSettings.FailureMeaning.notDone, mayRepeat: true); 1 close CommandSettings(program: \"/bin/false\", arguments: [], limitMS: 30000, failureMeans: Actuators.CommandSettings.FailureMeaning.unknown, mayRepeat: false)"
    )
  }

  @Test func services() throws {
    let at = "link: home_assistant, url: \"http://ha.local:8123\", token_file: token"
    #expect(
      try settings("\(at), service: script.open")
        == "0 - HomeAssistantSettings(url: \"http://ha.local:8123\", tokenFile: \"/token\", service: \"script.open\", data: \"{}\", confirmEntity: nil, confirmState: nil, mayRepeat: false, trustedCAFile: nil)"
    )
    #expect(
      try settings(
        "\(at), certificate: keys/home-assistant.pem, services: [ { name: open, service: script.open, data: '{\"s\": \"{seconds}\"}', confirm: { entity: a.b, state: \"on\" }, may_repeat: true } ]"
      )
        == "0 open HomeAssistantSettings(url: \"http://ha.local:8123\", tokenFile: \"/token\", service: \"script.open\", data: \"{\\\"s\\\": \\\"{seconds}\\\"}\", confirmEntity: Optional(\"a.b\"), confirmState: Optional(\"on\"), mayRepeat: true, trustedCAFile: Optional(\"/keys/home-assistant.pem\"))"
    )
  }

  @Test func boardsOfOld() throws {
    #expect(
      try settings("link: bitcoinswitch, secret_file: switch, pins: [4, 12]")
        == "\(ConfigSecrets.bitcoinSwitch) [4, 12]"
    )
  }

  @Test func secretsAreNotShown() throws {
    let loaded = try load(
      """
      mqtt: { url: "mqtts://127.0.0.1", user: u, password_file: token }
      devices:
        - { id: a, link: shelly, url: "http://10.0.0.4", password_file: token }
        - { id: b, link: bitcoinswitch, secret_file: switch, pins: [4] }
      """
    )
    var shown = "\(loaded.values) \(loaded.config) \(String(reflecting: loaded.config))"
    dump(loaded.config, to: &shown)
    #expect(!shown.contains("a-secret-token") && !shown.contains(ConfigSecrets.bitcoinSwitch))
    #expect(loaded.config.broker.map { "\($0)" } == "mqtts://127.0.0.1")
  }

  @Test(arguments: ConfigMistakeCase.machines) func mistakesAreToldAtTheirPlace(_ given: ConfigMistakeCase) throws {
    try given.check(files: Self.files)
  }

  @Test(arguments: ["token", "switch", "tokens"]) func aKeyThatOthersCanReadIsRefused(_ open: String) throws {
    let fixture = try ConfigFixture(files: Self.files, modes: [open: 0o644])
    let found = fixture.mistakes(
      """
      tesla: { client_id: x, token_file: tokens }
      devices:
        - { id: a, link: shelly, url: "http://10.0.0.4", password_file: token }
        - { id: b, link: bitcoinswitch, secret_file: switch, pins: [4] }
      """
    )
    #expect(found.map { $0.text.contains("chmod 600 ") } == [true], "\(found.map(\.text))")
  }

  private func does(_ devices: String, _ does: String, functions: String) throws -> Slot.Effect? {
    try load(
      """
      networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
      tesla: { client_id: x, token_file: tokens }
      devices: [ \(devices) ]
      slots:
        - id: a
          pay: { nano: nano_a }
          price: \(functions)
          does: \(does)
      """
    ).config.slots.first?.does
  }

  @Test func functionsNameWhatTheMachineCanBeTold() throws {
    let car = "{ id: car, link: tesla, vin: LRWYA0000AA000001 }"
    let two = "{ functions: [ { at: \"0.1 XNO\", does: honk }, { at: \"0.2 XNO\", does: rear_trunk } ] }"
    let mapped = try does(car, "{ device: car, functions: { honk: honk_horn } }", functions: two)
    #expect(mapped?.functionChannels == ["honk": 0, "rear_trunk": 10])
    let said = "{ functions: [ { at: \"0.1 XNO\", does: go, channel: flash_lights } ] }"
    #expect(try does(car, "{ device: car }", functions: said)?.functionChannels == ["go": 1])
    let one = try does(car, "{ device: car, channel: charge_port_door_open }", functions: "{ exact: \"0.1 XNO\" }")
    #expect(one?.channel == 2)
    let numbered = try does(car, "{ device: car, channel: 5 }", functions: "{ exact: \"0.1 XNO\" }")
    #expect(numbered?.channel == 5)
    let gates =
      "{ id: gate, link: command, commands: [ { name: open, output: 4, program: /bin/true }, { name: close, program: /bin/true } ] }"
    let both = "{ functions: [ { at: \"0.1 XNO\", does: open }, { at: \"0.2 XNO\", does: close } ] }"
    #expect(try does(gates, "{ device: gate }", functions: both)?.functionChannels == ["open": 4, "close": 1])
  }

  @Test func aSlotThatNamesNoOutputUsesTheUsualOne() throws {
    let price = "{ exact: \"0.1 XNO\", gives: 1min }"
    let shelly = "{ id: p, link: shelly, url: \"http://10.0.0.4\", switch: 2 }"
    #expect(try does(shelly, "{ device: p }", functions: price)?.channel == 2)
    #expect(try does(shelly, "{ device: p, channel: 0 }", functions: price)?.channel == 0)
    let tasmota = "{ id: p, link: tasmota, url: \"http://10.0.0.4\", outputs: [3, 1] }"
    #expect(try does(tasmota, "{ device: p }", functions: price)?.channel == 3)
  }

  @Test func whatNeedsARestartIsNamed() throws {
    let fixture = try ConfigFixture(files: Self.files)
    func config(_ text: String) throws -> Config { try fixture.load(text).config }
    let mqtt = "mqtt: { url: \"mqtt://127.0.0.1\" }\n"
    let old = try config(mqtt + "devices: [ { id: a }, { id: b, link: mqtt }, { id: c, link: mqtt } ]")
    let new = try config(
      "mqtt: { url: \"mqtt://localhost\" }\ndevices: [ { id: a, title: A }, { id: b, link: mqtt, topic: x }, { id: d } ]"
    )
    #expect(new.settingsThatNeedRestart(since: old) == ["mqtt", "devices: b", "devices: c"])
    #expect(old.settingsThatNeedRestart(since: old) == [])
  }
}
