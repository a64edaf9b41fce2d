import Actuators
import Coinslot

/// What has one or more things that it can be told, each with a name: programs, and services of Home Assistant.
extension ConfigReader {
  /// Things that one machine can be told.
  private static let mostServices = 32

  func command(_ section: ConfigSection) -> Config.Device.Link? {
    numbered(section, list: "commands", own: ["program", "args", "limit", "failure_means", "may_repeat"]) {
      program($0)
    }.map { .command($0) }
  }

  private func program(_ section: ConfigSection) -> CommandSettings? {
    let program = section.needed("program", why: "write program: /usr/local/bin/open-gate", Self.any)
    var settings = CommandSettings(program: program ?? "")
    settings.arguments = section.values("args", default: [], standard: []) { text throws(Wrong) in text }
    settings.limitMS = section.value(
      "limit",
      default: settings.limitMS,
      standard: DurationText.text(settings.limitMS)
    ) { text throws(Wrong) in try DurationText.ms(text, in: 100...3_600_000) }
    settings.failureMeans = section.value(
      "failure_means",
      default: settings.failureMeans,
      standard: settings.failureMeans.rawValue
    ) { text throws(Wrong) in try WordText.choice(text) }
    settings.mayRepeat = mayRepeat(section)
    guard let program, tell(settings.validate(), section) else { return nil }
    if !files.isProgram(program) {
      section.warning("program", "\(program) is not there, or is no program", hint: "chmod +x \(program)")
    }
    return settings
  }

  func homeAssistant(_ section: ConfigSection) -> Config.Device.Link? {
    let url = section.needed(
      "url",
      why: "write url: http://homeassistant.local:8123",
      shown: URLText.shown,
      Self.any
    )
    let make = "write a long-lived access token into it, mode 0600; a profile's page in Home Assistant makes them"
    let token = neededSecret(section, "token_file", make: make)
    let certificate = certificateFile(section)
    let services = numbered(section, list: "services", own: ["service", "data", "confirm", "may_repeat"]) {
      service($0, url: url, tokenFile: token?.path, certificate: certificate, above: section)
    }
    guard url != nil, token != nil else { return nil }
    return services.map { .homeAssistant($0) }
  }

  private func service(
    _ section: ConfigSection,
    url: String?,
    tokenFile: String?,
    certificate: String?,
    above: ConfigSection
  ) -> HomeAssistantSettings? {
    let service = section.needed("service", why: "write service: script.open_gate", Self.any)
    // What is said above has told of itself; here it must only not be in the way.
    var settings = HomeAssistantSettings(
      url: url ?? "http://localhost",
      tokenFile: tokenFile ?? "-",
      service: service ?? "a.a"
    )
    settings.trustedCAFile = certificate
    settings.data = section.value("data", default: settings.data, standard: settings.data, Self.any)
    if let confirm = section.section("confirm", like: "confirm: { entity: binary_sensor.gate, state: \"on\" }") {
      let entity = confirm.needed("entity", why: "write entity: binary_sensor.gate", Self.any)
      let state = confirm.needed("state", why: "write what it then shows, state: \"on\"", Self.any)
      confirm.end()
      if let entity, let state { (settings.confirmEntity, settings.confirmState) = (entity, state) }
    }
    settings.mayRepeat = mayRepeat(section)
    let mistakes = settings.validate()
    let isAboveGood = tell(mistakes.filter { $0.key == "url" }, above)
    let isGood = tell(mistakes.filter { $0.key != "url" }, section)
    return service != nil && isAboveGood && isGood ? settings : nil
  }

  private func mayRepeat(_ section: ConfigSection) -> Bool {
    section.value("may_repeat", default: false, standard: "false", WordText.bool)
  }

  /// One thing, described in the device's own section, or a list of them with names.
  ///
  /// Slots and past sales know them by their numbers: the place in the list unless `output` says another.
  private func numbered<Settings>(
    _ section: ConfigSection,
    list: String,
    own: [String],
    _ read: (ConfigSection) -> Settings?
  ) -> [Config.Device.Numbered<Settings>]? {
    guard section.has(list) else {
      section.know([list])
      return read(section).map { [Config.Device.Numbered(output: 0, name: nil, settings: $0)] }
    }
    section.refuse(own, because: "belongs into the entries of \(list)")
    let items = section.sections(list, like: "{ name: open, \(own[0]): … }", limit: Self.mostServices)
    if items.isEmpty, !notes.hasErrors { section.error(list, "the list is empty", hint: "write at least one") }
    var names: Set<String> = [], outputs: Set<UInt8> = []
    let found = items.enumerated().compactMap { index, item -> Config.Device.Numbered<Settings>? in
      let name = item.needed("name", why: "write what slots call it, name: open", PriceReading.functionName)
      let output = item.value("output", default: UInt8(index), standard: "\(index)") { text throws(Wrong) in
        UInt8(try WordText.integer(text, in: 0...255))
      }
      let settings = read(item)
      item.end()
      if let name, !names.insert(name).inserted {
        item.error("name", "another entry is called \"\(name)\"", hint: "give each a name of its own")
      }
      if !outputs.insert(output).inserted {
        item.error("output", "another entry has output \(output)", hint: "give each a number of its own")
      }
      return settings.map { Config.Device.Numbered(output: output, name: name, settings: $0) }
    }
    return found.isEmpty || found.count != items.count ? nil : found
  }

  /// A board with the bitcoinSwitch firmware.
  func bitcoinSwitch(_ section: ConfigSection) -> Config.Device.Link? {
    let make = "make it: (umask 077; openssl rand -hex 11 > FILE); the board's URL ends with it"
    let secret = neededSecret(section, "secret_file", make: make)
    if !section.has("pins") {
      notes.error(section.place, section.path, "\"pins\" is missing", hint: "write the pin of each output, pins: [4]")
    }
    let pins = section.values("pins", default: [], standard: [], least: 1, limit: 32) { text throws(Wrong) in
      UInt8(try WordText.integer(text, in: 0...99))
    }
    if Set(pins).count != pins.count { section.error("pins", "names a pin twice") }
    guard let secret, !pins.isEmpty else { return nil }
    let isWord = secret.text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
    // The firmware takes the last 22 characters of its URL, whatever they are.
    guard secret.text.utf8.count == 22, isWord, Set(secret.text.utf8).count >= 6 else {
      section.error("secret_file", "the file holds no secret of 22 letters and digits", hint: make)
      return nil
    }
    return .bitcoinSwitch(.init(secret: Config.Secret(secret.text), pins: pins))
  }
}
