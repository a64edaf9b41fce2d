/// Mistakes about machines, with their places.
extension ConfigMistakeCase {
  private static let tesla = "tesla: { client_id: 12345678-90ab-4cde-8f01-234567890abc, token_file: tokens }"
  private static let assistant = "link: home_assistant, url: \"http://ha.local:8123\", token_file: token"

  private static func one(_ device: String, top: String = "log: {}") -> String { "\(top)\ndevices:\n  - \(device)" }

  /// A slot beside a car of the account.
  private static func car(_ price: String, _ does: String) -> String {
    """
    networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
    \(tesla)
    devices: [ { id: car, link: tesla, vin: LRWYA0000AA000001 } ]
    slots:
      - id: car
        pay: { nano: nano_a }
        price: \(price)
        does: \(does)
    """
  }

  /// Every link.
  static let machines: [ConfigMistakeCase] = [
    .init(
      "a setting of another link",
      one("{ id: a, link: websocket, ‹vin: LRWYA0000AA000001 }"),
      ["no setting of link: websocket", "tesla"]
    ),
    .init(
      "a key for a machine of ours",
      one("{ id: a, link: shelly, url: \"http://10.0.0.4\", ‹key_file: x }"),
      ["no setting of link: shelly", "websocket"]
    ),
    .init("a webhook without address", one("‹{ id: a, link: webhook }"), ["\"url\" is missing"]),
    .init(
      "a plain webhook",
      one("{ id: a, link: webhook, url: ‹\"http://hooks.example/x\" }"),
      ["must begin with https://", "allow_private: true"]
    ),
    .init(
      "a private webhook",
      one("{ id: a, link: webhook, url: ‹\"https://192.168.1.9/x\" }"),
      ["cannot be used", "allow_private"]
    ),
    .init(
      "no secret of a webhook",
      one("{ id: a, link: webhook, url: \"https://hooks.example/x\", secret_file: ‹token }"),
      ["no secret of a webhook", "whsec_"]
    ),
    .init(
      "no broker",
      one("{ id: a, link: ‹mqtt }"),
      ["there is no broker", "mqtt: { url:"]
    ),
    .init(
      "a topic of two levels",
      one("{ id: a, link: mqtt, topic: ‹home/lamp }", top: "mqtt: { url: \"mqtt://127.0.0.1\" }"),
      ["letters, digits, - or _"]
    ),
    .init(
      "an output twice",
      one("{ id: a, link: mqtt, outputs: ‹[1, 1] }", top: "mqtt: { url: \"mqtt://127.0.0.1\" }"),
      ["names an output twice"]
    ),
    .init("a broker of another kind", "mqtt: { url: ‹\"http://127.0.0.1:1883\" }", ["mqtt://192.168.1.5:1883"]),
    .init("a password of nobody", "mqtt: { ‹url: \"mqtt://127.0.0.1\", password_file: token }", ["user"])
      .at([(1, 7)]),
    .init(
      "a password in the open",
      "mqtt: { url: ‹\"mqtt://10.0.0.5\", user: a, password_file: token }",
      ["plain connection", "mqtts://"]
    ),
    .init("a broker's wait", "mqtt: { url: \"mqtt://127.0.0.1\", keep_alive: ‹1s }", ["out of bounds", "5s"]),
    .init("a broker's setting misspelt", "mqtt: { url: \"mqtt://127.0.0.1\", ‹usr: a }", ["\"user\""]),
    .init("a Shelly with a path", one("{ id: a, link: shelly, url: ‹\"http://10.0.0.4/rpc\" }"), ["takes no path"]),
    .init(
      "a switch too high",
      one("{ id: a, link: shelly, url: \"http://10.0.0.4\", switch: ‹256 }"),
      ["from 0 to 255"]
    ),
    .init(
      "relays that share timers",
      one("{ id: a, link: tasmota, url: \"http://10.0.0.4\", outputs: ‹[8] }"),
      ["0 to 7", "share their timers"]
    ),
    .init(
      "no hardware address",
      one("{ id: a, link: tasmota, url: \"http://10.0.0.4\", mac: ‹x }"),
      ["no hardware address"]
    ),
    .init("a car of nobody", one("{ id: a, link: ‹tesla, vin: LRWYA0000AA000001 }"), ["tesla: { client_id:"]),
    .init("a short number", one("{ id: a, link: tesla, vin: ‹LRW1 }", top: tesla), ["17 capital letters and digits"]),
    .init("a car without number", one("‹{ id: a, link: tesla }", top: tesla), ["\"vin\" is missing"]),
    .init("no tokens", "tesla: { client_id: x, token_file: ‹nothing }", ["there is no file", "refresh_token"]),
    .init("an account without tokens", "tesla: ‹{ client_id: x }", ["\"token_file\" is missing"]),
    .init(
      "a proxy elsewhere",
      "tesla: { client_id: x, token_file: tokens, url: ‹\"http://10.0.0.5:4443\" }",
      ["https://", "this machine only"]
    ),
    .init("a program by its name", one("{ id: a, link: command, program: ‹open-gate }"), ["whole path"]),
    .init(
      "a program that is not there",
      one("{ id: a, link: command, program: ‹/nonexistent/open }"),
      ["is not there", "chmod +x"]
    ),
    .init(
      "a shell for strangers",
      one("{ id: a, link: command, program: ‹/bin/sh, args: [-c, x, \"{comment}\"] }"),
      ["is a shell"]
    ),
    .init(
      "half an argument",
      one("{ id: a, link: command, program: /bin/true, args: ‹[\"--ms={ms}\"] }"),
      ["an argument of its own"]
    ),
    .init(
      "a limit too long",
      one("{ id: a, link: command, program: /bin/true, limit: ‹2h }"),
      ["out of bounds", "1h"]
    ),
    .init(
      "what a failure means",
      one("{ id: a, link: command, program: /bin/true, failure_means: ‹nothing }"),
      ["not known", "not_done"]
    ),
    .init("no commands", one("{ id: a, link: command, commands: ‹[] }"), ["list is empty"]),
    .init(
      "one name twice",
      one(
        "{ id: a, link: command, commands: [ { name: x, program: /bin/true }, { name: ‹x, program: /bin/true } ] }"
      ),
      ["another entry is called \"x\""]
    ),
    .init(
      "one output twice",
      one(
        "{ id: a, link: command, commands: [ { name: x, program: /bin/true }, { name: y, output: ‹0, program: /bin/true } ] }"
      ),
      ["another entry has output 0"]
    ),
    .init(
      "a program beside a list",
      one("{ id: a, link: command, ‹program: /bin/true, commands: [ { name: x, program: /bin/true } ] }"),
      ["entries of commands"]
    ),
    .init(
      "a service without token",
      one("‹{ id: a, link: home_assistant, url: \"http://ha.local\", service: a.b }"),
      [
        "\"token_file\" is missing"
      ]
    ),
    .init("no service", one("{ id: a, \(assistant), service: ‹gate }"), ["script.open_gate"]),
    .init("data that is no JSON", one("{ id: a, \(assistant), service: a.b, data: ‹\"{x\" }"), ["is no JSON"]),
    .init(
      "data as a section",
      one("{ id: a, \(assistant), service: a.b, data: ‹{ x: y } }"),
      ["single value"]
    ),
    .init(
      "half a confirmation",
      one("{ id: a, \(assistant), service: a.b, confirm: ‹{ entity: a.b } }"),
      ["\"state\" is missing"]
    ),
    .init(
      "a confirmation by nothing",
      one("{ id: a, \(assistant), service: a.b, confirm: ‹{ entity: gate, state: \"on\" } }"),
      ["names no entity"]
    ),
    .init(
      "a board without pins",
      one("‹{ id: a, link: bitcoinswitch, secret_file: switch }"),
      ["\"pins\" is missing"]
    ),
    .init(
      "a pin twice",
      one("{ id: a, link: bitcoinswitch, secret_file: switch, pins: ‹[4, 4] }"),
      ["names a pin twice"]
    ),
    .init(
      "a board's secret too short",
      one("{ id: a, link: bitcoinswitch, secret_file: ‹token, pins: [4] }"),
      ["22 letters and digits", "openssl rand -hex 11"]
    ),
    .init(
      "a command of no name",
      car("{ exact: \"0.1 XNO\" }", "{ device: car, channel: ‹honk }"),
      ["nothing that the machine can be told", "honk_horn"]
    ),
    .init("nothing said", car("{ exact: \"0.1 XNO\" }", "‹{ device: car }"), ["does not say what", "honk_horn"]),
    .init(
      "a function of no command",
      car("{ functions: [ { at: \"0.1 XNO\", does: ‹dance } ] }", "{ device: car }"),
      ["cannot be told to \"dance\"", "functions: { dance:"]
    ),
    .init(
      "a mapping to no command",
      car("{ functions: [ { at: \"0.1 XNO\", does: honk } ] }", "{ device: car, functions: { honk: ‹honk_hron } }"),
      ["\"honk_horn\""]
    ),
    .init(
      "an output that no car has",
      car("{ functions: [ { at: \"0.1 XNO\", does: honk, channel: ‹13 } ] }", "{ device: car }"),
      ["no channel 13", "channels 0 to 12"]
    ),
    .init(
      "a drive without end",
      car("{ functions: [ { at: ‹\"0.1 XNO\", does: let_drive } ] }", "{ device: car }"),
      ["sells no time", "gives: 30min"]
    ),
    .init(
      "longer than its timer",
      """
      networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
      devices: [ { id: pump, link: tasmota, url: "http://10.0.0.4" } ]
      slots: [ { id: a, pay: { nano: nano_a }, price: { exact: "0.1 XNO", gives: ‹19h }, does: { device: pump } } ]
      """,
      ["sells 19h", "off-timer", "18h"]
    ),
  ]
}
