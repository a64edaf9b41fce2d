import Foundation

/// Reads what keeps the house in order: TLS, secrets, disk, backups, alarms, what is kept of people.
extension ConfigReader {
  func tls(_ section: ConfigSection?) -> Config.TLS? {
    guard let section else { return nil }
    let certificate = file(section, "certificate", why: "the certificate and those above it, PEM")
    let key = file(section, "key", why: "the key of the certificate, PEM")
    section.end()
    if let key {
      do throws(Wrong) { _ = try files.secret(at: key, make: "your certificate came with it") } catch {
        section.error("key", error.words, hint: error.hint)
      }
    }
    guard let certificate, let key else { return nil }
    do throws(Wrong) { _ = try files.contents(of: certificate, limit: ConfigFiles.maxKeyBytes) } catch {
      section.error("certificate", error.words, hint: error.hint)
    }
    return Config.TLS(certificate: certificate, key: key)
  }

  private func file(_ section: ConfigSection, _ key: String, why: String) -> String? {
    let place = section.place(of: key)
    return section.needed(key, why: why) { text throws(Wrong) in try files.path(text, from: place) }
  }

  /// The master key: of the file that is named, else of the credential `master-key` where systemd gives one.
  func masterKey(_ section: ConfigSection) -> Config.Secret? {
    let key = "master_key_file"
    let path: String
    if section.has(key) {
      guard let named = self.path(section, key) else { return nil }
      path = named
    } else {
      section.know([key])
      guard let credential = files.credentials.map({ "\($0)/master-key" }),
        FileManager.default.fileExists(atPath: credential)
      else { return nil }
      notes.value(section.path(of: key), credential, from: .environment("CREDENTIALS_DIRECTORY"))
      path = credential
    }
    do throws(Wrong) {
      let bytes = try files.secret(at: path, make: "make it: coinslot master-key new \(path)")
      let text = String(decoding: bytes, as: UTF8.self)
      guard MasterKey(text: text) != nil else {
        throw Wrong("\(path) holds no master key", hint: "64 hex digits: coinslot master-key new FILE")
      }
      return Config.Secret(text)
    } catch {
      section.error(key, error.words, hint: error.hint)
      return nil
    }
  }

  /// A secret in a file of its own.
  func secret(_ section: ConfigSection, _ key: String, make: String) -> String? {
    secretLines(section, key, make: make)?.lines.first
  }

  func metricsToken(_ section: ConfigSection) -> Config.Secret? {
    let make = "make it: (umask 077; openssl rand -hex 32 > FILE)"
    guard let text = secret(section, "metrics_token_file", make: make) else { return nil }
    guard text.utf8.count >= 16 else {
      section.error("metrics_token_file", "the token in it is short", hint: "at least 16 characters: \(make)")
      return nil
    }
    return Config.Secret(text)
  }

  func disk(_ section: ConfigSection) -> Config.Disk {
    var disk = Config.Disk()
    disk.leastFree = section.value(
      "least_free",
      default: disk.leastFree,
      standard: SizeText.text(disk.leastFree)
    ) { text throws(Wrong) in try SizeText.bytes(text, in: 100_000_000...1_000_000_000_000) }
    disk.leastPercent = section.value(
      "least_percent",
      default: disk.leastPercent,
      standard: "\(disk.leastPercent)"
    ) { text throws(Wrong) in try WordText.integer(text, in: 1...50) }
    section.end()
    return disk
  }

  func backups(_ section: ConfigSection?) -> Config.Backups? {
    guard let section else { return nil }
    guard let folder = file(section, "folder", why: "where the copies go, best on another disk") else {
      section.know(["keep", "at"])
      section.end()
      return nil
    }
    var backups = Config.Backups(folder: folder)
    backups.keep = section.value("keep", default: backups.keep, standard: "\(backups.keep)") { text throws(Wrong) in
      try WordText.integer(text, in: 1...10_000)
    }
    backups.minute = dayTime(section, "at", standard: backups.minute)
    section.end()
    return backups
  }

  func retention(_ section: ConfigSection) -> Config.Retention {
    var retention = Config.Retention()
    retention.peopleMS = section.value(
      "people",
      default: retention.peopleMS,
      standard: DurationText.text(retention.peopleMS)
    ) { text throws(Wrong) in try DurationText.ms(text, in: 86_400_000...DurationText.maxMS) }
    section.end()
    return retention
  }

  func dayTime(_ section: ConfigSection, _ key: String, standard: Int) -> Int {
    section.value(key, default: standard, standard: DayTimeText.text(standard)) { text throws(Wrong) in
      try DayTimeText.minute(text)
    }
  }
}
