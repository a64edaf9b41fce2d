import Coinslot
import Foundation

@testable import Server

/// A folder of its own with a configuration and the files it names, for one test.
final class ConfigFixture {
  let folder: String

  init(files: [String: String] = [:], modes: [String: Int] = [:]) throws {
    folder = NSTemporaryDirectory() + "coinslot-config-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      let path = "\(folder)/\(name)"
      let parent = (path as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: modes[name] ?? 0o600], ofItemAtPath: path)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func loader(environment: [String: String] = [:], flags: [ConfigLoader.Flag] = []) -> ConfigLoader {
    var loader = ConfigLoader(environment: environment, workingFolder: folder, account: Self.account)
    loader.flags = flags
    return loader
  }

  func load(_ text: String, environment: [String: String] = [:], flags: [ConfigLoader.Flag] = []) throws -> LoadedConfig
  {
    try loader(environment: environment, flags: flags).load(text: text, name: "coinslot.yaml", folder: folder)
  }

  /// Everything found in a text, warnings included.
  func mistakes(_ text: String, environment: [String: String] = [:]) -> [ConfigMistake] {
    do { return try load(text, environment: environment).warnings } catch {
      return (error as? ConfigRefusal)?.mistakes ?? []
    }
  }

  /// Accounts as plain as can be: `nano_` or `xrb_` and one word.
  static func account(_ chain: Chain, _ text: String) throws(AddressRefusal) -> Account {
    let word = text.split(separator: "_", maxSplits: 1).dropFirst().joined()
    guard text.hasPrefix("nano_") || text.hasPrefix("xrb_"), !word.isEmpty, word != "bad" else {
      throw AddressRefusal(reason: "\"\(text)\" is no Nano address")
    }
    return Account(chain: chain, canonical: "nano_\(word)")
  }

  /// A node, a device and one slot: nothing wrong and nothing to warn of.
  static let whole = """
    server:
      listen: [127.0.0.1:8402]
    networks:
      nano:
        rpc: http://[::1]:7076
        websocket: ws://[::1]:7078
    devices:
      - { id: charger-1, title: "Gate B12", link: websocket }
    slots:
      - id: charger
        title: USB charger
        pay: { nano: nano_shop }
        price:
          steps: [ { at: "0.1 XNO", gives: 10min }, { at: "0.2 XNO", gives: 20min }, { at: "0.5 XNO", gives: 60min } ]
        does: { device: charger-1, channel: 0 }
        if_away: { refuse: true, hold: 10min }
    """
}
