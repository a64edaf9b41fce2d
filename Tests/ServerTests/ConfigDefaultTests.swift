import Coinslot
import Foundation
import Testing

@testable import Server

/// The file that `config default` prints.
@Suite("Config default")
struct ConfigDefaultTests {
  /// The default with the network, devices and slots out of their comments.
  private var whole: String {
    var isInside = false
    return ConfigDefault.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.isEmpty { isInside = false }
      if line.firstMatch(of: /^# (networks|mqtt|tesla|devices|slots):$/) != nil { isInside = true }
      return isInside ? String(line.dropFirst(2)) : String(line)
    }.joined(separator: "\n")
  }

  @Test func asPrintedItIsTheDefaults() throws {
    let fixture = try ConfigFixture()
    let printed = try fixture.load(ConfigDefault.text)
    #expect(printed.warnings.isEmpty)
    #expect(printed.config == (try fixture.load("").config))
  }

  @Test func outOfItsCommentsItIsWhole() throws {
    let loaded = try ConfigFixture(files: ConfigSecrets.files).load(whole)
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    #expect(loaded.config.nano != nil && loaded.config.nano?.callback != nil)
    #expect(loaded.config.devices.count == 1)
    let slot = try #require(loaded.config.slots.first)
    // What is printed as a default is the default.
    var short = Slot(
      id: slot.id,
      title: slot.title,
      pay: slot.pay,
      does: Slot.Effect(device: slot.does.device, channel: 0, once: false)
    )
    #expect(slot == short)
    short = Slot(id: slot.id, title: "", pay: slot.pay, does: slot.does)
    #expect(slot != short)
    var nano = Config.Nano(rpc: "http://[::1]:7076")
    nano.websocket = "ws://[::1]:7078"
    nano.callback = Config.Callback()
    #expect(loaded.config.nano == nano)
    #expect(loaded.config.lightning?.chain.rawValue == "lightning:live" && loaded.config.lightning?.canSpend == false)
    #expect(loaded.config.broker != nil && loaded.config.tesla != nil)
    // Every setting of these two is printed as it is without being said.
    let unsaid = try ConfigFixture(files: ConfigSecrets.files).load(
      """
      mqtt: { url: "mqtt://127.0.0.1:1883" }
      tesla: { client_id: 12345678-90ab-4cde-8f01-234567890abc, token_file: keys/tesla.json }
      """
    ).config
    #expect(loaded.config.broker == unsaid.broker)
    #expect(loaded.config.tesla?.keys == unsaid.tesla?.keys && loaded.config.tesla?.proxyURL == unsaid.tesla?.proxyURL)
  }

  /// The devices of the other links, which are comments within a comment.
  @Test func otherLinksOutOfTheirCommentsAreGood() throws {
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.firstMatch(of: /^  # (- |  [a-z#])/) != nil ? "  " + line.dropFirst(4) : String(line)
    }
    let loaded = try ConfigFixture(files: ConfigSecrets.files).load(lines.joined(separator: "\n"))
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    #expect(
      loaded.config.devices.map { "\($0.id) \($0.link)" } == [
        "charger-1 websocket", "hook webhook", "lamp mqtt", "porch shelly", "pump tasmota", "car tesla",
        "gate command", "gates command", "scene home_assistant", "candy bitcoinswitch",
      ]
    )
  }

  /// The nodes of other makes, likewise.
  @Test(arguments: ["socket", "lnd", "phoenixd"]) func otherNodesOutOfTheirCommentsAreGood(_ word: String) throws {
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.hasPrefix("    core_lightning:") { return "" }
      if line.hasPrefix("    can_spend:") { return "    can_spend: \(word == "socket")" }
      let isIt = line.hasPrefix("    # ") && line.contains("\(word): ") && line.contains("{")
      return isIt ? "    " + line.dropFirst(6) : String(line)
    }
    let loaded = try ConfigFixture(files: ConfigSecrets.files).load(lines.joined(separator: "\n"))
    #expect(loaded.warnings.count == (word == "socket" ? 1 : 0), "\(loaded.warnings.map(\.text))")
    #expect(loaded.config.lightning != nil)
  }

  @Test func itNamesEverySetting() throws {
    let text = """
      server: { oops: 1, disk: { oops: 1 } }
      networks:
        nano: { oops: 1, callback: { oops: 1 } }
        lightning: { oops: 1, core_lightning: { oops: 1 }, lnd: { oops: 1 } }
      mqtt: { oops: 1 }
      tesla: { oops: 1 }
      devices:
        - { oops: 1 }
        - { link: webhook, oops: 1 }
        - { link: mqtt, oops: 1 }
        - { link: shelly, oops: 1 }
        - { link: tasmota, oops: 1 }
        - { link: tesla, oops: 1 }
        - { link: command, oops: 1 }
        - { link: command, commands: [ { oops: 1 } ] }
        - { link: home_assistant, oops: 1, confirm: { oops: 1 } }
        - { link: home_assistant, services: [ { oops: 1 } ] }
        - { link: bitcoinswitch, oops: 1 }
      slots:
        - { oops: 1, does: { oops: 1 }, if_away: { oops: 1 }, pay: { nano: { oops: 1 } }, price: { oops: 1 } }
        - { pay: {}, price: { steps: [ { oops: 1 } ] } }
        - { pay: {}, price: { functions: [ { oops: 1 } ] } }
        - { pay: {}, price: { rate: { oops: 1 } } }
      limits: { oops: 1, per_client: { oops: 1 } }
      retention: { oops: 1 }
      log: { oops: 1 }
      oops: 1
      """
    let lists = try ConfigFixture().mistakes(text).compactMap { mistake in
      mistake.words.contains("\"oops\"") ? mistake.hint?.split(separator: ": ").last : nil
    }
    #expect(lists.count == 33, "\(lists)")
    for name in lists.flatMap({ $0.split(separator: ", ") }) {
      #expect(ConfigDefault.text.contains("\(name):"), "\(name) is not in the default file")
    }
  }

  /// Sections that are not there unless they are written are taken out of their comments one by one.
  @Test func itNamesEverySettingOfTheHouse() throws {
    let text = """
      server: { tls: { oops: 1 }, backups: { folder: b, oops: 1 } }
      alarms: { webhook: "https://a.example/x", oops: 1 }
      """
    let lists = try ConfigFixture().mistakes(text).compactMap { mistake in
      mistake.words.contains("\"oops\"") ? mistake.hint?.split(separator: ": ").last : nil
    }
    #expect(lists.count == 3, "\(lists)")
    for name in lists.flatMap({ $0.split(separator: ", ") }) {
      #expect(ConfigDefault.text.contains("\(name):"), "\(name) is not in the default file")
    }
  }
}
