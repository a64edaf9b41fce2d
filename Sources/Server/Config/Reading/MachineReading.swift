import Actuators
import Coinslot

/// Machines that we give orders to over the network in the house: webhooks, relays, and what is behind a broker.
extension ConfigReader {
  func webhookLink(_ section: ConfigSection) -> Config.Device.Link? {
    let url = section.needed("url", why: "write url: https://example.org/hook", shown: URLText.shown, Self.any)
    var secrets: [WebhookSecret] = []
    let make = "a line is whsec_ and base 64: echo whsec_$(openssl rand -base64 32)"
    if let found = secretLines(section, "secret_file", make: make, most: 4) {
      secrets = found.lines.compactMap { WebhookSecret($0) }
      if secrets.count != found.lines.count {
        section.error("secret_file", "\(found.path) holds what is no secret of a webhook", hint: make)
      }
    }
    let isPrivate = section.value("allow_private", default: false, standard: "false", WordText.bool)
    let certificate = certificateFile(section)
    guard let url else { return nil }
    let settings = WebhookSettings(
      url: url,
      secrets: secrets,
      allowPrivate: isPrivate,
      trustedCAFile: certificate
    )
    return tell(settings.validate(), section) ? .webhook(settings) : nil
  }

  func shelly(_ section: ConfigSection) -> Config.Device.Link? {
    let url = section.needed("url", why: "write url: http://192.168.1.40", shown: URLText.shown, Self.any)
    let password = secretLines(section, "password_file", make: "write its password into it, mode 0600")
    let id = section.value("device_id", Self.any)
    section.know(["switch"])
    guard let url else { return nil }
    let settings = ShellySettings(url: url, password: password?.lines.first, deviceID: id)
    return tell(settings.validate(), section) ? .shelly(settings) : nil
  }

  func tasmota(_ section: ConfigSection) -> Config.Device.Link? {
    let url = section.needed("url", why: "write url: http://192.168.1.41", shown: URLText.shown, Self.any)
    let password = secretLines(section, "password_file", make: "write its web password into it, mode 0600")
    let mac = section.value("mac", Self.any)
    let outputs = outputs(section)
    guard let url else { return nil }
    let settings = TasmotaSettings(url: url, password: password?.lines.first, mac: mac, outputs: outputs)
    return tell(settings.validate(), section) ? .tasmota(settings) : nil
  }

  /// A machine behind the broker; its name in topics is its own unless told otherwise.
  func mqtt(
    _ section: ConfigSection,
    id: DeviceID?,
    title: String,
    shared: SharedSettings
  ) -> Config.Device.Link? {
    if !shared.hasBroker {
      section.error("link", "there is no broker", hint: "add mqtt: { url: mqtt://127.0.0.1:1883 } at the top")
    }
    let name = id?.rawValue ?? "machine"
    let topic = section.value("topic", default: name, standard: name, Self.any)
    let outputs = outputs(section)
    let answers = section.value("answers", default: true, standard: "true", WordText.bool)
    let settings = MQTTMachineSettings(device: topic, title: title, outputs: outputs, answers: answers)
    return tell(settings.validate(), section) ? .mqtt(settings) : nil
  }

  /// The broker that machines with `link: mqtt` are behind.
  func broker(_ section: ConfigSection?) -> Config.Broker? {
    guard let section else { return nil }
    let url = section.needed("url", why: "write url: mqtt://127.0.0.1:1883", shown: URLText.shown, Self.any)
    var settings = MQTTSettings(url: url ?? "")
    settings.clientID = section.value("client_id", default: settings.clientID, standard: settings.clientID, Self.any)
    settings.user = section.value("user", Self.any)
    settings.password =
      secretLines(section, "password_file", make: "write the user's password into it, mode 0600")?.lines.first
    settings.trustedCAFile = certificateFile(section)
    let keepAlive = Int64(settings.keepAliveSeconds) * 1_000
    let keptMS = section.value("keep_alive", default: keepAlive, standard: DurationText.text(keepAlive)) {
      text throws(Wrong) in try DurationText.ms(text, in: 5_000...3_600_000)
    }
    settings.keepAliveSeconds = UInt16(clamping: keptMS / 1_000)
    settings.statusTopic = section.value(
      "status_topic",
      default: settings.statusTopic,
      standard: settings.statusTopic,
      Self.any
    )
    let standard = settings.discoveryPrefix ?? ""
    let prefix = section.value("discovery", default: standard, standard: standard, Self.any)
    settings.discoveryPrefix = prefix == "false" ? nil : prefix
    section.end()
    guard url != nil, tell(settings.validate(), section) else { return nil }
    if !settings.url.lowercased().hasPrefix("mqtts://"), settings.password != nil, !Self.isHere(settings.url) {
      section.warning("url", "the password goes over a plain connection to another machine", hint: "use mqtts://")
    }
    return Config.Broker(settings)
  }

  /// Whether an address with this scheme names this machine.
  private static func isHere(_ url: String) -> Bool {
    let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? ""
    return (try? URLText("http://\(rest)", schemes: ["http"], example: ""))?.isLoopback ?? false
  }

  private func outputs(_ section: ConfigSection) -> [UInt8] {
    section.values("outputs", default: [0], standard: ["0"], least: 1, limit: 64) { text throws(Wrong) in
      UInt8(try WordText.integer(text, in: 0...255))
    }
  }

  /// Any text: the machine's own rules follow.
  static func any(_ text: String) throws(Wrong) -> String {
    guard !text.isEmpty else { throw Wrong("is empty", hint: "write a value or take the line out") }
    return text
  }

  /// Tells of every mistake that a machine's own rules find; whether there was none.
  func tell(_ mistakes: [MachineMistake], _ section: ConfigSection, keys: [String: String] = [:]) -> Bool {
    // Secrets stand in files here.
    let files = ["password": "password_file", "secrets": "secret_file"]
    for mistake in mistakes { section.error(keys[mistake.key] ?? files[mistake.key] ?? mistake.key, mistake.words) }
    return mistakes.isEmpty
  }
}
