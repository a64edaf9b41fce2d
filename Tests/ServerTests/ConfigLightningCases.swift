/// Mistakes about Lightning, with their places.
extension ConfigMistakeCase {
  /// The node.
  static let lightning: [ConfigMistakeCase] = [
    .init("no node", "networks:\n  lightning: ‹{ chain: live }", ["names no node", "core_lightning, lnd, phoenixd"]),
    .init(
      "two nodes",
      """
      networks:
        lightning:
          core_lightning: { clnrest: "https://127.0.0.1:3010", rune_file: rune }
          lnd: ‹{ rest: "https://127.0.0.1:8080", macaroon_file: macaroon }
      """,
      ["\"core_lightning\" is there already", "keep one"]
    ),
    .init(
      "BTCPay Server",
      "networks:\n  lightning:\n    ‹btcpay: { url: \"https://pay.example\", store: x }",
      ["asks no BTCPay Server", "LND node behind it"]
    ),
    .init("a node misspelt", "networks:\n  lightning:\n    ‹lnx: {}", ["names no node"], ["\"lnd\""])
      .at([(3, 5), (3, 5)]),
    .init(
      "a chain of no name",
      "networks: { lightning: { chain: ‹mainnet, lnd: { rest: \"https://[::1]:8080\", macaroon_file: macaroon } } }",
      ["\"mainnet\" is not known", "live"]
    ),
    .init(
      "no rune",
      "networks: { lightning: { core_lightning: ‹{ clnrest: \"https://127.0.0.1:3010\" } } }",
      ["\"rune_file\" is missing", "createrune"]
    ),
    .init(
      "neither door",
      "networks: { lightning: { core_lightning: ‹{ rune_file: rune } } }",
      ["\"clnrest\" is missing", "socket:"]
    ),
    .init(
      "a socket and a rune",
      "networks: { lightning: { can_spend: true, core_lightning: { socket: ‹/x, ‹rune_file: rune } } }",
      ["can spend"],
      ["not used beside a socket"]
    ),
    .init(
      "no macaroon there",
      "networks: { lightning: { lnd: { rest: \"https://127.0.0.1:8080\", macaroon_file: ‹nothing } } }",
      ["there is no file", "bakemacaroon"]
    ),
    .init(
      "plain http elsewhere",
      "networks: { lightning: { lnd: { rest: ‹\"http://10.0.0.5:8080\", macaroon_file: macaroon } } }",
      ["plain connection", "our key", "https://"]
    ),
    .init(
      "a door with a query",
      "networks: { lightning: { lnd: { rest: ‹\"https://10.0.0.5:8080/?a=b\", macaroon_file: macaroon } } }",
      ["more than a path"]
    ),
    .init(
      "a setting of another node",
      "networks: { lightning: { phoenixd: { url: \"http://[::1]:9740\", password_file: password, ‹store: x } } }",
      ["unknown key \"store\""]
    ),
    .init(
      "yes is not true",
      "networks: { lightning: { can_spend: ‹yes, phoenixd: { url: \"http://[::1]:9740\", password_file: password } } }",
      ["write true"]
    ),
  ]

  private static func slot(_ pay: String, _ price: String, does: String = "{ device: lamp }") -> String {
    """
    networks:
      nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" }
      lightning: { core_lightning: { clnrest: "https://127.0.0.1:3010", rune_file: rune } }
    devices: [ { id: lamp, link: websocket, channels: 2 } ]
    slots:
      - id: a
        pay: \(pay)
        price: \(price)
        does: \(does)
    """
  }

  private static let both = "{ nano: nano_a, lightning: true }"

  /// Slots on Lightning, or on both networks.
  static let twoNetworks: [ConfigMistakeCase] = [
    .init(
      "one price for two",
      slot(both, "{ exact: ‹\"0.1 XNO\", gives: 1min }"),
      ["each network needs its own", "nano: { … }, lightning: { … }"]
    ),
    .init(
      "a price is missing",
      slot(both, "‹{ nano: { exact: \"0.1 XNO\" } }"),
      ["has no price for lightning"]
    ),
    .init(
      "a price for nobody",
      slot("{ nano: nano_a }", "{ nano: { exact: \"0.1 XNO\" }, ‹lightning: { exact: \"21 sat\" } }"),
      ["`pay` does not name"]
    ),
    .init("another network's unit", slot("{ lightning: true }", "{ exact: ‹\"0.1 XNO\" }"), ["sat and msat"]),
    .init("another word for the unit", slot("{ lightning: true }", "{ exact: ‹\"21 sats\" }"), ["write \"21 sat\""]),
    .init("no unit", slot("{ lightning: true }", "{ exact: ‹21 }"), ["write \"21 sat\""]),
    .init("too fine", slot("{ lightning: true }", "{ exact: ‹\"0.0001 sat\" }"), ["finer than a msat"]),
    .init(
      "more than there is",
      slot("{ lightning: true }", "{ exact: ‹\"2100000000000001 sat\" }"),
      ["more than there can be"]
    ),
    .init("nothing", slot("{ lightning: true }", "{ exact: ‹\"0 sat\" }"), ["sells to everybody"]),
    .init(
      "an address",
      slot("{ lightning: ‹me@example.org }", "{ exact: \"21 sat\" }"),
      ["takes no address", "lightning: true"]
    ),
    .init("not at all", slot("{ lightning: ‹false }", "{ exact: \"21 sat\" }"), ["leaving it out"]),
    .init(
      "one function, two outputs",
      slot(
        both,
        "{ nano: { functions: [ { at: \"0.1 XNO\", does: bell, channel: 1 } ] }, lightning: { functions: [ { at: \"21 sat\", does: bell, channel: ‹0 } ] } }"
      ),
      ["\"bell\" uses output 1 on another network"]
    ),
    .init(
      "functions of no amount",
      slot(
        "{ lightning: true }",
        "{ functions: [ { at: \"21 sat\", does: bell } ] }",
        does: "{ device: lamp, functions: { ‹bel: 1 } }"
      ),
      ["no amount does \"bel\"", "\"bell\""]
    ),
    .init(
      "said twice",
      slot(
        "{ lightning: true }",
        "{ functions: [ { at: \"21 sat\", does: bell, channel: 1 } ] }",
        does: "{ device: lamp, functions: { ‹bell: 1 } }"
      ),
      ["says already which output"]
    ),
    .init(
      "an output that is not there",
      slot(
        "{ lightning: true }",
        "{ functions: [ { at: \"21 sat\", does: bell } ] }",
        does: "{ device: lamp, functions: { bell: ‹2 } }"
      ),
      ["no channel 2", "channels 0 to 1"]
    ),
    .init(
      "a node with a mistake, told once",
      """
      networks: { lightning: ‹{} }
      devices: [ { id: lamp } ]
      slots: [ { id: a, pay: { lightning: true }, price: { exact: "21 sat" }, does: { device: lamp } } ]
      """,
      ["names no node"]
    ),
    .init(
      "Lightning without a node",
      "devices: [ { id: lamp } ]\nslots:\n  - { id: a, pay: { lightning: ‹true }, price: { exact: \"21 sat\" }, does: { device: lamp } }",
      ["not configured", "core_lightning"]
    ),
  ]
}
