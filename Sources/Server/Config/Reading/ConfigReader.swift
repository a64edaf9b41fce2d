package import Coinslot

/// Reads the top of a configuration, section by section; each section has a file of its own beside this one.
struct ConfigReader {
  let notes: ConfigNotes
  let files: ConfigFiles
  let account: AccountReading

  /// The configuration that a node means; what is wrong goes into the notes, and then the answer is not to be used.
  func read(_ root: ConfigNode) -> Config {
    guard case .map(let entries) = root.content else { return Config() }
    let top = ConfigSection(entries, path: "", place: root.place, notes: notes)
    var config = Config()
    config.server = server(top.sectionOrEmpty("server", like: "server:"))
    if let section = top.section("networks", like: "networks:") { networks(section, into: &config) }
    config.broker = broker(top.section("mqtt", like: "mqtt: { url: mqtt://127.0.0.1:1883 }"))
    config.tesla = tesla(top.section("tesla", like: "tesla: { client_id: …, token_file: … }"))
    let shared = SharedSettings(hasBroker: top.has("mqtt"), hasTesla: top.has("tesla"), tesla: config.tesla)
    let devices = top.sections("devices", like: "{ id: charger-1, link: websocket }", limit: 10_000)
      .map { device($0, shared: shared) }
    let known = Dictionary(
      devices.compactMap(\.device).map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let payNetworks = PayNetworks(config, written: top.keys(of: "networks"))
    let slots = top.sections("slots", like: "{ id: charger, pay: …, price: …, does: … }", limit: 10_000)
      .map { slot($0, networks: payNetworks, devices: known) }
    config.limits = limits(top.sectionOrEmpty("limits", like: "limits:"))
    config.alarms = alarms(top.section("alarms", like: "{ webhook_file: … }"))
    config.retention = retention(top.sectionOrEmpty("retention", like: "{ people: 30d }"))
    config.log = log(top.sectionOrEmpty("log", like: "log:"))
    top.end()
    config.devices = devices.compactMap(\.device)
    config.slots = slots.compactMap(\.slot)
    check(devices)
    check(slots, devices: known)
    return config
  }
}

/// The account that a text names on a chain, in the chain's canonical spelling.
package typealias AccountReading = @Sendable (Chain, String) throws(AddressRefusal) -> Account

/// A path and, where `account` reads it, an address may be refused with a sentence of its own.
extension ConfigReader {
  func path(_ section: ConfigSection, _ key: String) -> String? {
    let place = section.place(of: key)
    return section.value(key) { text throws(Wrong) in try files.path(text, from: place) }
  }

  func account(_ text: String, on chain: Chain) throws(Wrong) -> Account {
    do { return try account(chain, text) } catch { throw Wrong(error.reason) }
  }
}
