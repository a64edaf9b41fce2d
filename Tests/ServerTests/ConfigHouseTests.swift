import Foundation
import Testing

@testable import Server

/// TLS, secrets, disk, backups, alarms, what is kept of people.
@Suite("Config of the house")
struct ConfigHouseTests {
  private static let key = String(repeating: "5a", count: 32)

  private func shown(_ loaded: LoadedConfig, _ path: String) -> String? {
    loaded.values.first { $0.path == path }?.text
  }

  @Test func everythingIsRead() throws {
    let fixture = try ConfigFixture(files: [
      "cert.pem": "x", "key.pem": "x", "master": Self.key + "\n", "metrics": "0123456789abcdef\n",
      "hook": "https://ntfy.example.org/my-secret-topic\n",
    ])
    let loaded = try fixture.load(
      """
      server:
        tls: { certificate: cert.pem, key: key.pem }
        time_zone: Europe/Berlin
        master_key_file: master
        metrics_token_file: metrics
        disk: { least_free: 2GB, least_percent: 10 }
        backups: { folder: copies, keep: 3, at: "04:05" }
      alarms: { webhook_file: hook, format: text, min_severity: now, morning: "07:30", test: "12:00" }
      retention: { people: 7d }
      """
    )
    let server = loaded.config.server
    #expect(server.tls == Config.TLS(certificate: "\(fixture.folder)/cert.pem", key: "\(fixture.folder)/key.pem"))
    #expect(server.timeZone == "Europe/Berlin" && server.masterKey?.text.contains(Self.key) == true)
    #expect(server.metricsToken?.text == "0123456789abcdef")
    #expect(server.disk.leastFree == 2_000_000_000 && server.disk.leastPercent == 10)
    #expect(server.backups?.folder == "\(fixture.folder)/copies" && server.backups?.keep == 3)
    #expect(server.backups?.minute == 245)
    let alarms = try #require(loaded.config.alarms)
    #expect(alarms.webhook.text == "https://ntfy.example.org/my-secret-topic" && alarms.format == .text)
    #expect(alarms.leastSeverity == .now && alarms.morning == 450 && alarms.test == 720)
    #expect(loaded.config.retention.peopleMS == 7 * 86_400_000)
    #expect(loaded.warnings.isEmpty)
    let everything = "\(loaded.values) \(loaded.config) \(String(reflecting: loaded.config))"
    for secret in [Self.key, "my-secret-topic", "0123456789abcdef"] {
      #expect(!everything.contains(secret), "a secret is shown")
    }
    var dumped = ""
    dump(loaded.config, to: &dumped)
    #expect(!dumped.contains(Self.key) && !dumped.contains("my-secret-topic"))
  }

  @Test func aWebhookInTheFileIsShownWithoutItsPath() throws {
    let loaded = try ConfigFixture().load("alarms: { webhook: \"https://hooks.example.org/T00/secret?key=1\" }")
    #expect(shown(loaded, "alarms.webhook") == "https://hooks.example.org/…")
    #expect(loaded.config.alarms?.webhook.text == "https://hooks.example.org/T00/secret?key=1")
  }

  @Test(arguments: [("http://192.168.1.9/x", true), ("http://127.0.0.1:1/x", false), ("https://a.example/x", false)])
  func plainHTTPToOthersIsWarnedOf(_ url: String, _ isWarned: Bool) throws {
    let loaded = try ConfigFixture().load("alarms: { webhook: \"\(url)\" }")
    #expect(loaded.warnings.isEmpty == !isWarned)
  }

  @Test func aBadWebhookIsNeverRepeated() throws {
    let fixture = try ConfigFixture(files: ["hook": "https://us er:pass@a.example/topsecret"])
    let mistakes = fixture.mistakes("alarms: { webhook_file: hook }")
    #expect(mistakes.count == 1 && mistakes.allSatisfy { !$0.text.contains("topsecret") && !$0.text.contains("pass") })
  }

  @Test(arguments: ["key.pem", "master", "metrics", "hook"]) func aSecretThatOthersCanReadIsRefused(_ open: String)
    throws
  {
    let fixture = try ConfigFixture(
      files: [
        "cert.pem": "x", "key.pem": "x", "master": Self.key, "metrics": "0123456789abcdef",
        "hook": "https://a.example/x",
      ],
      modes: [open: 0o640, "cert.pem": 0o644]
    )
    let mistakes = fixture.mistakes(
      """
      server: { tls: { certificate: cert.pem, key: key.pem }, master_key_file: master, metrics_token_file: metrics }
      alarms: { webhook_file: hook }
      """
    )
    #expect(mistakes.count == 1 && mistakes.first?.text.contains("chmod 600 ") == true, "\(mistakes.map(\.text))")
    #expect(mistakes.first?.text.contains(open) == true)
  }

  @Test func systemdGivesTheMasterKey() throws {
    let fixture = try ConfigFixture(files: ["master-key": Self.key], modes: ["master-key": 0o440])
    let loaded = try fixture.load("", environment: ["CREDENTIALS_DIRECTORY": fixture.folder])
    #expect(loaded.config.server.masterKey?.text == Self.key)
    #expect(try fixture.load("").config.server.masterKey == nil)
  }

  @Test(arguments: ["5a", "zz", ""]) func aBadMasterKeyIsRefused(_ text: String) throws {
    let fixture = try ConfigFixture(files: ["master": text])
    let mistakes = fixture.mistakes("server: { master_key_file: master }")
    #expect(mistakes.count == 1 && mistakes.first?.text.contains("coinslot master-key new") == true)
  }

  @Test func withTLSThisMachineUsesTheNameOfTheCertificate() throws {
    let fixture = try ConfigFixture(files: ["c": "x", "k": "x"])
    let tls = "tls: { certificate: c, key: k }"
    let named = try fixture.load(
      "server: { \(tls), public_url: \"https://pay.example.org\", listen: [\"0.0.0.0:443\"] }"
    ).config.server
    #expect(named.localURL == "https://pay.example.org:443" && named.localNames == ["pay.example.org": "127.0.0.1"])
    let bare = try fixture.load("server: { \(tls) }").config.server
    #expect(bare.localURL == "https://127.0.0.1:8402" && bare.localNames.isEmpty)
    let plain = try fixture.load("server: { public_url: \"https://pay.example.org\" }").config.server
    #expect(plain.localURL == "http://127.0.0.1:8402" && plain.localNames.isEmpty)
  }

  @Test func theDiskLimitIsTheLesserOfTheTwo() {
    let disk = Config.Disk()
    #expect(disk.leastBytes(of: 1_000_000_000_000) == 500_000_000)
    #expect(disk.leastBytes(of: 2_000_000_000) == 100_000_000)
  }

  @Test func whatNeedsARestartIsNamed() throws {
    let fixture = try ConfigFixture(files: ["c": "x", "k": "x", "m": Self.key])
    let old = try fixture.load("").config
    let new = try fixture.load(
      """
      server: { tls: { certificate: c, key: k }, master_key_file: m, time_zone: Europe/Paris }
      alarms: { webhook: "https://a.example/x" }
      retention: { people: 1d }
      """
    ).config
    #expect(
      new.settingsThatNeedRestart(since: old) == [
        "server.tls", "server.time_zone", "server.master_key_file", "alarms", "retention",
      ]
    )
    #expect(old.settingsThatNeedRestart(since: old) == [])
  }
}
