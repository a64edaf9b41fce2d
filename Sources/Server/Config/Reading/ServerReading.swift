import Sockets

extension ConfigReader {
  func server(_ section: ConfigSection) -> Config.Server {
    var server = Config.Server()
    server.listen = section.values(
      "listen",
      default: server.listen,
      standard: server.listen.map(\.description),
      least: 1,
      limit: 16
    ) {
      text throws(Wrong) in try ListenText.address(text)
    }
    server.publicURL = section.value("public_url") { text throws(Wrong) in
      let url = try URLText(text, schemes: ["https", "http"], example: "https://pay.example.org")
      guard url.isOrigin else {
        throw Wrong(
          "\"\(URLText.shown(text))\" has more than a host",
          hint: "the pages live at the top of a host of their own"
        )
      }
      return url.text
    }
    let dataPlace = section.place(of: "data")
    server.data = section.value("data", default: "", standard: "./data") { text throws(Wrong) in
      try files.path(text, from: dataPlace)
    }
    if server.data.isEmpty { server.data = (try? files.path("data", from: .file("", line: 1, column: 1))) ?? "data" }
    server.trustedProxies = section.values("trusted_proxies", default: [], standard: []) { text throws(Wrong) in
      try PeerRange(text)
    }
    server.names = section.values("names", default: [], standard: []) { text throws(Wrong) in try Self.name(text) }
    server.devicePath = section.value(
      "device_path",
      default: server.devicePath,
      standard: server.devicePath,
      WordText.path
    )
    server.tls = tls(section.section("tls", like: "{ certificate: …, key: … }"))
    server.timeZone = section.value("time_zone", default: server.timeZone, standard: server.timeZone, DayTimeText.zone)
    server.masterKey = masterKey(section)
    server.metricsToken = metricsToken(section)
    server.disk = disk(section.sectionOrEmpty("disk", like: "{ least_free: 500MB }"))
    server.backups = backups(section.section("backups", like: "{ folder: … }"))
    section.end()
    return server
  }

  /// A host with or without a port, as browsers send it in `Host`.
  private static func name(_ text: String) throws(Wrong) -> String {
    guard !text.contains("://"), !text.contains("/") else {
      throw Wrong("\"\(text)\" is a URL", hint: "only the host, such as pay.example.org")
    }
    let allowed = text.utf8.allSatisfy {
      $0 >= 0x30 && $0 <= 0x39 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a
        || [0x2d, 0x2e, 0x3a, 0x5b, 0x5d].contains($0)
    }
    guard allowed, (1...253).contains(text.utf8.count) else { throw Wrong("\"\(text)\" is no host name") }
    return text.lowercased()
  }

  func limits(_ section: ConfigSection) -> Config.Limits {
    let normal = Config.Limits()
    func number(_ key: String, _ normal: Int, _ bounds: ClosedRange<Int>) -> Int {
      self.number(section, key, normal, bounds)
    }
    var limits = normal
    limits.connections = number("connections", normal.connections, 10...1_000_000)
    limits.streams = number("streams", normal.streams, 1...1_000_000)
    limits.watchers = number("watchers", normal.watchers, 1...1_000_000)
    limits.accountsPerWatcher = number("accounts_per_watcher", normal.accountsPerWatcher, 1...1_000_000)
    perClient(section.sectionOrEmpty("per_client", like: "{ connections: 1024 }"), into: &limits)
    section.end()
    return limits
  }

  /// What one client may take; 0 switches a limit off.
  private func perClient(_ section: ConfigSection, into limits: inout Config.Limits) {
    func set(_ key: String, _ value: inout Int) { value = number(section, key, value, 0...1_000_000) }
    set("connections", &limits.client.connections)
    set("connections_per_second", &limits.client.connectionsPerSecond)
    set("requests_per_second", &limits.client.requestsPerSecond)
    set("websockets", &limits.client.webSockets)
    set("quotes", &limits.quotesPerClient)
    set("wrong_tokens", &limits.tokenFailuresPerClient)
    section.end()
  }

  private func number(_ section: ConfigSection, _ key: String, _ normal: Int, _ bounds: ClosedRange<Int>) -> Int {
    section.value(key, default: normal, standard: "\(normal)") { text throws(Wrong) in
      try WordText.integer(text, in: bounds)
    }
  }

  func log(_ section: ConfigSection) -> Config.Log {
    var log = Config.Log()
    log.level = section.value("level", default: log.level, standard: log.level.rawValue) { text throws(Wrong) in
      try WordText.choice(text)
    }
    section.end()
    return log
  }
}
