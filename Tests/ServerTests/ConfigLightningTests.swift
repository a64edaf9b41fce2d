import Coinslot
import Testing

@testable import Server

/// The Lightning node, our way in to it, and slots that are paid there.
@Suite("Config of Lightning")
struct ConfigLightningTests {
  private static let rest = "core_lightning: { clnrest: \"https://127.0.0.1:3010\", rune_file: rune }"
  private static let good = [
    "rune": ConfigSecrets.rune, "macaroon": ConfigSecrets.macaroon, "password": "a-password",
    "cert.pem": ConfigSecrets.certificate,
  ]

  private func network(_ text: String, _ files: [String: String] = good) throws -> Config.Lightning? {
    let loaded = try ConfigFixture(files: files).load("networks: { lightning: { \(text) } }")
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    return loaded.config.lightning
  }

  private func mistakes(_ text: String, _ files: [String: String] = good, modes: [String: Int] = [:]) throws
    -> [ConfigMistake]
  {
    try ConfigFixture(files: files, modes: modes).mistakes("networks: { lightning: { \(text) } }")
  }

  @Test func readsEachNode() throws {
    let fixture = try ConfigFixture(files: Self.good)
    func node(_ text: String) throws -> Config.Lightning.Node? {
      try fixture.load("networks: { lightning: { \(text) } }").config.lightning?.node
    }
    let folder = fixture.folder
    #expect(
      try node("core_lightning: { clnrest: \"https://127.0.0.1:3010/\", rune_file: rune, certificate: cert.pem }")
        == .coreLightningREST(
          url: "https://127.0.0.1:3010",
          runeFile: "\(folder)/rune",
          certificate: "\(folder)/cert.pem"
        )
    )
    #expect(
      try node("lnd: { rest: \"https://node.example:8080\", macaroon_file: macaroon }")
        == .lnd(url: "https://node.example:8080", macaroonFile: "\(folder)/macaroon", certificate: nil)
    )
    #expect(
      try node("phoenixd: { url: \"http://127.0.0.1:9740\", password_file: password }")
        == .phoenixd(url: "http://127.0.0.1:9740", passwordFile: "\(folder)/password", certificate: nil)
    )
    #expect(
      try node("core_lightning: { socket: rpc/lightning-rpc }, can_spend: true")
        == .coreLightningSocket(path: "\(folder)/rpc/lightning-rpc")
    )
  }

  @Test(arguments: ["live", "testnet", "testnet4", "signet", "regtest", "sim"]) func readsEachChain(_ chain: String)
    throws
  {
    #expect(try network("chain: \(chain), \(Self.rest)")?.chain.rawValue == "lightning:\(chain)")
    #expect(try network(Self.rest)?.chain.rawValue == "lightning:live")
  }

  @Test func aKeyThatCanSpendIsTakenOnlyByTheOperatorsWord() throws {
    let lnd = "lnd: { rest: \"https://127.0.0.1:8080\", macaroon_file: macaroon }"
    for (text, files, words) in [
      ("core_lightning: { socket: /run/lightning-rpc }", Self.good, "can spend"),
      (Self.rest, ["rune": ConfigSecrets.openRune], "permits more than we need"),
      (lnd, ["macaroon": ConfigSecrets.openMacaroon], "offchain:write"),
    ] {
      let refused = try mistakes(text, files)
      #expect(refused.map(\.weight) == [.error], "\(refused.map(\.text))")
      #expect(refused.first?.text.contains(words) == true && refused.first?.text.contains("can_spend: true") == true)
      let taken = try mistakes("\(text), can_spend: true", files)
      #expect(taken.map(\.weight) == [.warning], "\(taken.map(\.text))")
      #expect(taken.first?.text.contains(words) == true)
    }
    #expect(try mistakes("\(Self.rest), can_spend: false").isEmpty)
    #expect(try network("\(Self.rest), can_spend: true")?.canSpend == true)
  }

  @Test(arguments: [
    (ConfigSecrets.narrowRune, "error", "forbids waitanyinvoice, listinvoices"),
    (ConfigSecrets.ratedRune, "warning", "has a rate"), ("no rune at all", "error", "holds no rune"),
    ("", "error", "must hold one line"),
    ("\(ConfigSecrets.rune)\n\(ConfigSecrets.rune)", "error", "must hold one line"),
  ])
  func aRuneThatDoesNotFitIsTold(_ rune: String, _ weight: String, _ words: String) throws {
    let found = try mistakes(Self.rest, ["rune": rune])
    #expect(found.map(\.weight.rawValue) == [weight], "\(found.map(\.text))")
    #expect(found.first?.text.contains(words) == true, "\(found.map(\.text))")
    #expect(found.first?.path == "networks.lightning.core_lightning.rune_file")
    #expect(!found.contains { $0.text.contains("AQIDBAUG") }, "a rune must not be repeated")
  }

  @Test(arguments: [
    (ConfigSecrets.narrowMacaroon, "does not allow invoices:write"), ("0201", "holds no macaroon"),
    ("password", "holds no macaroon"),
  ])
  func aMacaroonThatDoesNotFitIsTold(_ macaroon: String, _ words: String) throws {
    let text = "lnd: { rest: \"https://127.0.0.1:8080\", macaroon_file: macaroon }"
    let found = try mistakes(text, ["macaroon": macaroon])
    #expect(found.map { $0.text.contains(words) } == [true], "\(found.map(\.text))")
  }

  @Test(arguments: ["rune", "macaroon", "password"]) func aKeyThatOthersCanReadIsRefused(_ open: String) throws {
    let text = [
      "rune": Self.rest, "macaroon": "lnd: { rest: \"https://127.0.0.1:8080\", macaroon_file: macaroon }",
      "password": "phoenixd: { url: \"http://127.0.0.1:9740\", password_file: password }",
    ]
    let found = try mistakes(text[open] ?? "", modes: [open: 0o640])
    #expect(found.map { $0.text.contains("chmod 600 ") } == [true], "\(found.map(\.text))")
    #expect(try mistakes(text[open] ?? "").isEmpty)
  }

  @Test func aCertificateMustBeOne() throws {
    let text = "core_lightning: { clnrest: \"https://127.0.0.1:3010\", rune_file: rune, certificate: cert.pem }"
    let found = try mistakes(text, ["rune": ConfigSecrets.rune, "cert.pem": "x"])
    #expect(found.map { $0.text.contains("holds no certificate") } == [true])
    #expect(try mistakes(text).isEmpty)
  }

  @Test(arguments: ConfigMistakeCase.lightning) func mistakesAreToldAtTheirPlace(_ given: ConfigMistakeCase) throws {
    try given.check(files: Self.good)
  }

  @Test func whatNeedsARestartIsNamed() throws {
    let fixture = try ConfigFixture(files: Self.good)
    let old = try fixture.load("networks: { lightning: { \(Self.rest) } }").config
    let new = try fixture.load("networks: { lightning: { \(Self.rest), chain: regtest } }").config
    #expect(new.settingsThatNeedRestart(since: old) == ["networks.lightning"])
    #expect(old.settingsThatNeedRestart(since: old) == [])
  }
}

/// Slots that are paid by Lightning, alone or beside Nano.
@Suite("Config of slots on two networks")
struct ConfigTwoNetworksTests {
  private static let both = """
    networks:
      nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" }
      lightning: { core_lightning: { clnrest: "https://127.0.0.1:3010", rune_file: rune } }
    devices: [ { id: lamp, link: websocket, channels: 2 } ]
    slots:

    """
  private static let files = ["rune": ConfigSecrets.rune]

  private func slots(_ text: String) throws -> [Slot] {
    let loaded = try ConfigFixture(files: Self.files).load(Self.both + text)
    #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
    return loaded.config.slots
  }

  @Test func lightningAloneHasItsPriceInSatoshi() throws {
    let slot = try #require(
      try slots(
        "  - { id: a, pay: { lightning: true }, price: { exact: \"21 sat\", gives: 5s }, does: { device: lamp } }"
      ).first
    )
    let chain = try #require(Chain(rawValue: "lightning:live"))
    #expect(
      slot.pay == [
        Slot.PayOption(
          account: Account(chain: chain, canonical: "node"),
          price: .exact(Step(at: Amount(21_000), gives: Purchase(ms: 5_000))),
          tellApart: .invoice
        )
      ]
    )
  }

  @Test(arguments: [("21 sat", 21_000), ("21000 msat", 21_000), ("0.5 sat", 500), ("1 msat", 1)])
  func amountsOfLightning(_ text: String, _ msat: UInt64) throws {
    let slot = try slots(
      "  - { id: a, pay: { lightning: true }, price: { exact: \"\(text)\" }, does: { device: lamp } }"
    )
    .first
    #expect(slot?.pay.first?.price.least == Amount(UInt128(msat)))
  }

  @Test func eachNetworkHasItsPrice() throws {
    let slot = try #require(
      try slots(
        """
          - id: a
            pay: { nano: nano_a, lightning: true }
            price:
              nano: { functions: [ { at: "0.1 XNO", does: light }, { at: "0.2 XNO", does: bell, channel: 1 } ] }
              lightning: { functions: [ { at: "21 sat", does: light }, { at: "42 sat", does: bell, channel: 1 } ] }
            does: { device: lamp }
        """
      ).first
    )
    #expect(slot.pay.map(\.account.address) == ["nano_a", "node"])
    #expect(slot.pay.map(\.tellApart) == [.nothing, .invoice])
    let tenth = try Asset.nano.amount("0.1")
    #expect(slot.pay.map(\.price.least) == [tenth, Amount(21_000)])
    #expect(slot.does.functionChannels == ["bell": 1] && slot.does.once)
  }

  @Test func onePriceMayBeNamedByItsNetwork() throws {
    let slot = try slots(
      "  - { id: a, pay: { nano: nano_a }, price: { nano: { exact: \"0.1 XNO\" } }, does: { device: lamp } }"
    ).first
    #expect(slot?.pay.count == 1)
  }

  @Test func severalSlotsShareTheNode() throws {
    let text = ["a", "b"].map {
      "  - { id: \($0), pay: { lightning: true }, price: { exact: \"21 sat\" }, does: { device: lamp } }"
    }
    #expect(try slots(text.joined(separator: "\n")).count == 2)
  }

  @Test(arguments: ConfigMistakeCase.twoNetworks) func mistakesAreToldAtTheirPlace(_ given: ConfigMistakeCase) throws {
    try given.check(files: Self.files)
  }

  @Test func phoenixdTakesWholeSatoshi() throws {
    func found(_ price: String) throws -> [ConfigMistake] {
      try ConfigFixture(files: ["password": "x"]).mistakes(
        """
        networks: { lightning: { phoenixd: { url: "http://127.0.0.1:9740", password_file: password } } }
        devices: [ { id: lamp } ]
        slots: [ { id: a, pay: { lightning: true }, price: { exact: "\(price)" }, does: { device: lamp } } ]
        """
      )
    }
    #expect(try found("21500 msat").map { $0.text.contains("whole satoshi") } == [true])
    #expect(try found("22000 msat").isEmpty)
  }
}
