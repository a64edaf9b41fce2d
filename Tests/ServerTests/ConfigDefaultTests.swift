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
      if line.firstMatch(of: /^# (networks|devices|slots):$/) != nil { isInside = true }
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
    let loaded = try ConfigFixture().load(whole)
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
  }

  @Test func itNamesEverySetting() throws {
    let text = """
      server: { oops: 1, disk: { oops: 1 } }
      networks: { nano: { oops: 1, callback: { oops: 1 } } }
      devices: [ { oops: 1 } ]
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
    #expect(lists.count == 18, "\(lists)")
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
