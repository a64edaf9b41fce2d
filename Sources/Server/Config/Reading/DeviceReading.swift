import Coinslot
import Primitives

/// What machines share, from sections of their own.
struct SharedSettings {
  /// Whether the sections are written at all; one with a mistake has told of it.
  let hasBroker: Bool, hasTesla: Bool
  let tesla: Config.Tesla?
}

extension ConfigReader {
  private typealias Kind = Config.Device.Link.Kind

  /// Every key that only some links have, and those that have it.
  private static let keys: [String: [Kind]] = [
    "key_file": [.websocket], "channels": [.websocket],
    "url": [.webhook, .shelly, .tasmota, .homeAssistant],
    "secret_file": [.webhook, .bitcoinSwitch], "allow_private": [.webhook],
    "certificate": [.webhook, .homeAssistant],
    "topic": [.mqtt], "answers": [.mqtt], "outputs": [.mqtt, .tasmota],
    "password_file": [.shelly, .tasmota], "device_id": [.shelly], "switch": [.shelly], "mac": [.tasmota],
    "vin": [.tesla],
    "program": [.command], "args": [.command], "limit": [.command], "failure_means": [.command],
    "commands": [.command], "may_repeat": [.command, .homeAssistant],
    "token_file": [.homeAssistant], "service": [.homeAssistant], "data": [.homeAssistant],
    "confirm": [.homeAssistant], "services": [.homeAssistant],
    "pins": [.bitcoinSwitch],
  ]

  func device(_ section: ConfigSection, shared: SharedSettings) -> ReadDevice {
    let id: DeviceID? = section.needed("id", why: "write a name, such as id: charger-1") { text throws(Wrong) in
      try WordText.name(text)
    }
    let title = section.value(
      "title",
      default: id?.rawValue ?? "",
      standard: id?.rawValue ?? "",
      WordText.title
    )
    let kind = kind(section)
    let maxOn = section.value("max_on") { text throws(Wrong) in try DurationText.ms(text, in: 1...DurationText.maxMS) }
    var keyFile: String?, channels: Int?
    if kind == .websocket {
      keyFile = self.keyFile(section)
      channels = section.value("channels") { text throws(Wrong) in try WordText.integer(text, in: 1...256) }
    }
    let link = kind.flatMap { self.link($0, section, id: id, title: title, shared: shared) }
    let usual = usualOutput(section, link)
    if let kind {
      for (key, kinds) in Self.keys where !kinds.contains(kind) {
        let others = kinds.map(\.rawValue).joined(separator: ", ")
        section.refuse([key], because: "is no setting of link: \(kind.rawValue), but of \(others)")
      }
    } else {
      section.know(Array(Self.keys.keys))
    }
    section.end()
    var device: Config.Device?
    if let id, let link {
      device = Config.Device(
        id: id,
        title: title,
        link: link,
        keyFile: keyFile,
        channels: channels,
        maxOnMS: maxOn.map { UInt64($0) },
        usualOutput: usual
      )
    }
    return ReadDevice(id: id, idPlace: section.place(of: "id"), path: section.path(of: "id"), device: device)
  }

  /// How the device is reached; nil where the file names no link that there is.
  private func kind(_ section: ConfigSection) -> Kind? {
    guard section.has("link") else {
      return section.value("link", default: .websocket, standard: "websocket") { text throws(Wrong) in
        try WordText.choice(text)
      }
    }
    return section.value("link") { text throws(Wrong) in try WordText.choice(text, later: ["gpio"]) }
  }

  private func link(
    _ kind: Kind,
    _ section: ConfigSection,
    id: DeviceID?,
    title: String,
    shared: SharedSettings
  ) -> Config.Device.Link? {
    switch kind {
    case .websocket: .websocket
    case .webhook: webhookLink(section)
    case .mqtt: mqtt(section, id: id, title: title, shared: shared)
    case .shelly: shelly(section)
    case .tasmota: tasmota(section)
    case .tesla: car(section, shared: shared)
    case .command: command(section)
    case .homeAssistant: homeAssistant(section)
    case .bitcoinSwitch: bitcoinSwitch(section)
    }
  }

  /// The output of slots that name none: the first one that the device has.
  private func usualOutput(_ section: ConfigSection, _ link: Config.Device.Link?) -> UInt8 {
    switch link {
    case .shelly:
      section.value("switch", default: 0, standard: "0") { text throws(Wrong) in
        UInt8(try WordText.integer(text, in: 0...255))
      }
    default: link?.outputs?.first ?? 0
    }
  }

  private func keyFile(_ section: ConfigSection) -> String? {
    guard let path = path(section, "key_file") else { return nil }
    do throws(Wrong) {
      let bytes = try files.secret(at: path, make: "make it: (umask 077; openssl rand -hex 32 > \(path))")
      let digits = bytes.filter { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
      guard digits.count == 64, (try? Hex.decode(digits.span)) != nil else {
        throw Wrong("\(path) holds no key", hint: "64 hex digits: openssl rand -hex 32")
      }
      return path
    } catch {
      section.error("key_file", error.words, hint: error.hint)
      return nil
    }
  }

  /// What only the devices together can show.
  func check(_ devices: [ReadDevice]) {
    var first: [DeviceID: ConfigPlace] = [:]
    for device in devices {
      guard let id = device.id else { continue }
      if let place = first[id] {
        notes.error(device.idPlace, device.path, "another device is called \"\(id)\"", hint: "see \(place.brief)")
      } else {
        first[id] = device.idPlace
      }
    }
  }
}
