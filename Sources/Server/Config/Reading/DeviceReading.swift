import Coinslot
import Primitives

/// A device as it was read, with the places that later checks point to.
struct ReadDevice {
  let id: DeviceID?
  let idPlace: ConfigPlace
  let path: String
  let device: Config.Device?
}

extension ConfigReader {
  private enum Link: String, CaseIterable { case websocket }
  /// Links that a later version will speak.
  private static let laterLinks = ["mqtt", "shelly", "tasmota", "webhook", "gpio", "tesla", "command"]

  func device(_ section: ConfigSection) -> ReadDevice {
    let id: DeviceID? = section.needed("id", why: "write a name, such as id: charger-1") { text throws(Wrong) in
      try WordText.name(text)
    }
    let title = section.value(
      "title",
      default: id?.rawValue ?? "",
      standard: id?.rawValue ?? "",
      WordText.title
    )
    let link = link(section)
    let keyFile = keyFile(section)
    let channels = section.value("channels") { text throws(Wrong) in try WordText.integer(text, in: 1...256) }
    let maxOn = section.value("max_on") { text throws(Wrong) in try DurationText.ms(text, in: 1...DurationText.maxMS) }
    if link == nil {
      section.refuse(
        ["topic", "url", "switch", "channel"],
        because: "belongs to a link that this version does not speak"
      )
    }
    section.end()
    let device = id.map {
      Config.Device(id: $0, title: title, keyFile: keyFile, channels: channels, maxOnMS: maxOn.map { UInt64($0) })
    }
    return ReadDevice(id: id, idPlace: section.place(of: "id"), path: section.path(of: "id"), device: device)
  }

  /// How the device is reached; nil where the file names a link that this version does not speak.
  private func link(_ section: ConfigSection) -> Link? {
    guard section.has("link") else {
      return section.value("link", default: .websocket, standard: "websocket") { text throws(Wrong) in
        try WordText.choice(text)
      }
    }
    return section.value("link") { text throws(Wrong) in try WordText.choice(text, later: Self.laterLinks) }
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
