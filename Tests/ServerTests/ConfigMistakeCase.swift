import Testing

/// A text with mistakes: `‹` stands before each, and `says` holds what must be said there, in order.
struct ConfigMistakeCase: CustomTestStringConvertible, Sendable {
  let name: String
  let marked: String
  let says: [[String]]

  init(_ name: String, _ marked: String, _ says: [String]...) {
    self.name = name
    self.marked = marked
    self.says = says
  }

  var testDescription: String { name }

  /// The text without marks.
  var text: String { marked.filter { $0 != "‹" } }

  /// Where the marks stood, as line and column from 1.
  var places: [(line: Int, column: Int)] {
    var places: [(Int, Int)] = []
    var line = 1, column = 1
    for scalar in marked.unicodeScalars {
      switch scalar {
      case "‹": places.append((line, column))
      case "\n": (line, column) = (line + 1, 1)
      default: column += 1
      }
    }
    return places
  }
}

/// A slot with one price, for cases about prices.
private func priced(_ price: String) -> String {
  """
  networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
  devices: [ { id: lamp, link: websocket } ]
  slots:
    - id: lamp
      pay: { nano: nano_shop }
      does: { device: lamp }
      price: \(price)
  """
}

/// A whole configuration with one line more in its slot.
private func slotted(
  _ line: String,
  pay: String = "{ nano: nano_shop }",
  device: String = "{ id: lamp, link: websocket }"
) -> String {
  """
  networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
  devices: [ \(device) ]
  slots:
    - id: lamp
      pay: \(pay)
      price: { exact: "0.1 XNO", gives: 10min }
      \(line)
  """
}

private func nano(_ lines: String) -> String {
  "networks:\n  nano:\n    rpc: http://[::1]:7076\n    websocket: ws://[::1]:7078\n    \(lines)"
}

private func callback(_ lines: String) -> String { nano("callback: { \(lines) }") }

extension ConfigMistakeCase {
  /// What is wrong with the text as YAML.
  static let yaml: [ConfigMistakeCase] = [
    .init("a tab indents", "server:\n‹\tlisten: 127.0.0.1:8402", ["tab", "spaces"]),
    .init("two tabs, both told", "server:\n‹\tdata: a\nlog:\n‹\tlevel: info", ["tab"], ["tab"]),
    .init("an anchor", "server: ‹&a { data: x }\nlog: ‹*a", ["anchors"], ["aliases"]),
    .init(
      "a bomb of aliases",
      "a: ‹&a [x, x]\nb: ‹&b [‹*a, ‹*a]\nc: [‹*b, ‹*b]",
      ["anchors"],
      ["anchors"],
      ["aliases"],
      ["aliases"],
      ["aliases"],
      ["aliases"]
    ),
    .init("a tag", "server:\n  data: ‹!secret folder", ["tags", "_file"]),
    .init("deep brackets", "a: [[[[[[[[[[[[[[[[‹[ ]]]]]]]]]]]]]]]]]", ["too deep", "16"]),
    .init("deep dashes", "a:\n  " + String(repeating: "- ", count: 16) + "‹- x", ["too deep"]),
    .init("a control character", "server:\n  data: a‹\u{1}b", ["U+1"]),
    .init("an unclosed quote", "log:\n  level: ‹\"info\n", ["not YAML", "quote is not closed"]),
    .init("an unclosed bracket", "server:\n  listen: [127.0.0.1:1\nlog‹: {level: info}", ["not YAML", "bracket"]),
    .init("a quote over two lines", "log:\n  level: ‹\"in\n    fo\"", ["not YAML", "on its line"]),
    .init("a text over two lines", "log:\n  level: in\n    ‹fo", ["goes on with the text above", "indentation"]),
    .init("a key indented too far", "server:\n  data: x\n    ‹listen: y", ["goes on with the text above"]),
    .init("a text under a bar", "log:\n  level: ‹|\n    info", ["over several lines"]),
    .init("a folded text", "log:\n  level: ‹>-\n    info", ["over several lines"]),
    .init("a complex key", "‹? log\n: { level: info }", ["complex keys"]),
    .init("a directive", "‹%YAML 1.1\n---\nlog: {}", ["directives"]),
    .init("a line end of old", "log: {} # a‹\r\"b\": &c x", ["carriage return"]),
    .init("a line end that editors hide", "log: {} # a‹\u{2028}\"b\": &c x", ["U+2028"]),
    .init("an anchor behind half a quote", "log:\n  level: a, \"b\nc: ‹&c [x]", ["anchors"]),
    .init("an anchor behind a text in brackets", "a: { b: c\n  \"d, e: ‹&f 1\" }", ["anchors"]),
    .init("an anchor behind a quote without a space", "a: {[b]:\"c # \", d: ‹&e 1}", ["anchors"]),
    .init("an anchor behind brackets in a comment", "a: {b: \"x\"#[\n}\nc, \"d: ‹&e 1\"", ["anchors"]),
    .init("an anchor behind a document's beginning", "--- {\"a # \": ‹&b 1}", ["anchors"]),
    .init("a bracket open at the end", "log: {‹", ["not YAML"]),
    .init("a second colon", "log:\n  level: info‹: x", ["not YAML", "quotes"]),
    .init("a key without a colon", "log:\n  level: info\n  ‹nothing\nserver: {}", ["not YAML", "key"]),
    .init("two documents", "log: {}\n‹---\nlog: {}", ["another document", "---"]),
    .init("a key twice", "log:\n  level: info\n  ‹level: debug", ["\"level\" is given twice", "line 2"]),
    .init("a key twice in one line", "log: { level: info, ‹level: debug }", ["given twice"]),
    .init(
      "twins and another mistake",
      "log:\n  level: info\n  ‹level: debug\nserver:\n  ‹dota: x",
      ["given twice"],
      ["unknown key \"dota\"", "data"]
    ),
    .init("a list at the top", "‹- a\n- b", ["list of sections"]),
    .init("only a word", "‹hello", ["list of sections"]),
  ]

  /// Keys and shapes.
  static let shapes: [ConfigMistakeCase] = [
    .init("an empty list", "server: { listen: ‹[] }", ["list is empty", "127.0.0.1:8402"]),
    .init("an unknown section", "‹servre: {}", ["unknown key \"servre\"", "did you mean \"server\"?"]),
    .init("an unknown key", "server:\n  ‹lissten: 127.0.0.1:1", ["unknown key \"lissten\"", "\"listen\""]),
    .init("dashes for underscores", "server:\n  ‹public-url: http://a", ["did you mean \"public_url\"?"]),
    .init("a far key lists the known", "log:\n  ‹colour: red", ["known here: level"]),
    .init("no value", "server:\n  ‹data:", ["server.data", "has no value"]),
    .init("a list for one value", "server:\n  data: ‹[a, b]", ["single value"]),
    .init("a section for one value", "log:\n  level:\n    ‹x: y", ["single value"]),
    .init("a value for a section", "server: ‹here", ["server", "section"]),
    .init("a section for a list", "devices:\n  ‹lamp: { link: websocket }", ["devices", "list", "dash"]),
    .init(
      "three mistakes at once",
      "server:\n  ‹dat: x\n  listen: ‹nowhere\nlog:\n  level: ‹loud",
      ["\"data\""],
      ["no port"],
      ["\"loud\" is not known"]
    ),
  ]

  /// The server section, limits and log.
  static let server: [ConfigMistakeCase] = [
    .init("no port", "server: { listen: [‹127.0.0.1] }", ["no port", "127.0.0.1:8402"]),
    .init("no address", "server: { listen: [‹8402] }", ["no address", "127.0.0.1:8402"]),
    .init("only a colon", "server: { listen: [\"‹:8402\"] }".replacing("\"‹", with: "‹\""), ["no address"]),
    .init(
      "a port too high",
      "server: { listen: [\"127.0.0.1:8402\", ‹\"127.0.0.1:65536\"] }",
      ["the port is above 65535"]
    ),
    .init("port zero", "server: { listen: [‹\"127.0.0.1:0\"] }", ["1 to 65535"]),
    .init("IPv6 without brackets", "server: { listen: [‹\"::1:8402\"] }", ["brackets"]),
    .init("a name to listen on", "server: { listen: [‹\"example.org:80\"] }", ["no IP address"]),
    .init("a URL without scheme", "server: { public_url: ‹pay.example.org }", ["no URL", "https://"]),
    .init("a URL with a path", "server: { public_url: ‹\"https://example.org/pay\" }", ["more than a host"]),
    .init("another scheme", "server: { public_url: ‹\"ftp://example.org\" }", ["ftp://", "https://"]),
    .init("a password in a URL", "server: { public_url: ‹\"https://a:b@example.org\" }", ["no user name", "logs"]),
    .init("a proxy that is everybody", "server: { trusted_proxies: [‹0.0.0.0/0] }", ["everybody"]),
    .init("a proxy misspelt", "server: { trusted_proxies: [‹lopback] }", ["did you mean \"loopback\"?"]),
    .init("a block too long", "server: { trusted_proxies: [‹10.0.0.0/33] }", ["length of a block"]),
    .init("a name that is a URL", "server: { names: [‹\"https://a.example\"] }", ["only the host"]),
    .init("a path without slash", "server: { device_path: ‹link }", ["/link"]),
    .init("TLS without its files", "server: { tls: ‹{ key: ‹k } }", ["certificate", "missing"], ["no file"]),
    .init("a tilde", "server: { data: ‹\"~/data\" }", ["~", "whole path"]),
    .init("a variable", "server: { data: ‹$HOME/data }", ["variables"]),
    .init("credentials that are not there", "server: { data: ‹$CREDENTIALS_DIRECTORY/x }", ["LoadCredential"]),
    .init("a level misspelt", "log: { level: ‹inof }", ["did you mean \"info\"?"]),
    .init("a limit of words", "limits: { connections: ‹many }", ["no whole number", "10"]),
    .init("a limit too small", "limits: { connections: ‹1 }", ["out of bounds"]),
    .init("a negative limit", "limits: { streams: ‹-5 }", ["no whole number"]),
  ]

  /// The network's node and its door.
  static let house: [ConfigMistakeCase] = [
    .init(
      "TLS misspelled",
      "server: { tls: ‹‹{ ‹certificat: c } }",
      ["\"certificate\" is missing"],
      ["\"key\" is missing"],
      ["did you mean \"certificate\""]
    ),
    .init("a zone nobody knows", "server: { time_zone: ‹Europe/Berlim }", ["Europe/Berlin"]),
    .init("a zone by its short name", "server: { time_zone: ‹CET }", ["time zone"]),
    .init("no master key there", "server: { master_key_file: ‹nothing }", ["no file", "coinslot master-key new"]),
    .init("a disk without unit", "server: { disk: { least_free: ‹500 } }", ["unit", "MB"]),
    .init("a disk too small", "server: { disk: { least_free: ‹1MB } }", ["out of bounds", "100MB"]),
    .init("a share too large", "server: { disk: { least_percent: ‹51 } }", ["from 1 to 50"]),
    .init("backups nowhere", "server: { backups: ‹{ keep: 3 } }", ["folder", "missing"]),
    .init("no backup kept", "server: { backups: { folder: b, keep: ‹0 } }", ["from 1"]),
    .init("a time that is none", "server: { backups: { folder: b, at: ‹\"24:00\" } }", ["time of day"]),
    .init("alarms to nobody", "alarms: ‹{ format: json }", ["webhook_file", "missing"]),
    .init("alarms to two", "alarms: ‹{ webhook: \"https://a.example/x\", webhook_file: f }", ["both"]),
    .init("a webhook that is none", "alarms: { webhook: ‹\"ftp://a.example/secret\" }", ["no URL"]),
    .init("alarms misspelled", "alarms: { webhook: \"https://a.example/x\", ‹formt: json }", ["format"]),
    .init("a severity nobody knows", "alarms: { webhook: \"https://a.example/x\", min_severity: ‹nov }", ["now"]),
    .init("people for ever", "retention: { people: ‹0s }", ["out of bounds"]),
    .init("a word in retention", "retention: { ‹peple: 30d }", ["people"]),
  ]

  static let networks: [ConfigMistakeCase] = [
    .init("another network", "networks:\n  ‹nyzo: {}", ["not supported by this version", "nano and lightning"]),
    .init("an unknown network", "networks:\n  ‹nanno: {}", ["did you mean \"nano\"?"]),
    .init("no way to ask", "networks:\n  nano:\n    ‹websocket: ws://[::1]:7078", ["\"rpc\" is missing", "verified"]),
    .init(
      "plain http elsewhere",
      "networks: { nano: { rpc: ‹\"http://10.0.0.5:7076\", websocket: \"ws://[::1]:7078\" } }",
      ["plain connection", "insecure: true"]
    ),
    .init(
      "plain ws elsewhere",
      "networks: { nano: { rpc: \"http://[::1]:7076\", websocket: ‹\"ws://node.example\" } }",
      ["plain connection", "tunnel"]
    ),
    .init(
      "insecure is told",
      "networks: { nano: { rpc: \"http://10.0.0.5:7076\", websocket: \"ws://[::1]:7078\", insecure: ‹true } }",
      ["plain connections", "invent payments"]
    ),
    .init("yes is not true", nano("insecure: ‹yes"), ["write true"]),
    .init("no push is told", "networks:\n  nano:\n    ‹rpc: http://[::1]:7076", ["within a minute", "websocket"]),
    .init("a chain misspelt", nano("chain: ‹livee"), ["did you mean \"live\"?"]),
    .init(
      "http for ws",
      "networks: { nano: { rpc: \"http://[::1]:7076\", websocket: ‹\"http://[::1]:7078\" } }",
      ["http://", "ws://"]
    ),
    .init(
      "the door on the public listener",
      callback("listen: ‹\"127.0.0.1:8402\", watch_path: /call"),
      ["public listener", "invent payments", "openssl"],
      ["watch every account"]
    ).at([(5, 25), (5, 55)]),
    .init("both paths one", callback("path: /x, watch_path: ‹/x"), ["path of its own"]),
    .init("everybody may speak", callback("allow: [‹\"::/0\"]"), ["everybody"]),
    .init(
      "an open door that only we may use",
      callback("listen: \"0.0.0.0:7090\", allow: ‹[loopback]"),
      ["only this machine may speak"]
    ),
    .init("dust", callback("minimum: ‹\"1 raw\""), ["fortune"]),
    .init("a minimum for no account", callback("minimums: { ‹nano_bad: \"1 XNO\" }"), ["no Nano address"]),
    .init("an account given twice", callback("minimums: { nano_a: \"1 XNO\", ‹xrb_a: \"2 XNO\" }"), ["given twice"]),
    .init("an origin with a path", callback("origins: [‹\"https://a.example/x\"]"), ["more than an origin"]),
    .init(
      "a secure socket",
      "networks: { nano: { rpc: \"http://[::1]:7076\", websocket: ‹\"wss://node.example\" } }",
      ["not spoken by this version", "tunnel"]
    ),
    .init("no file of keys", callback("watcher_keys_file: ‹keys.txt"), ["there is no file"]),
  ]

  /// Devices.
  static let devices: [ConfigMistakeCase] = [
    .init("no id", "devices:\n  - { ‹link: websocket }".replacing("{ ‹", with: "‹{ "), ["\"id\" is missing"]),
    .init("a bad id", "devices:\n  - { id: ‹Charger 1, link: websocket }", ["no name", "charger-1"]),
    .init("another link", "devices:\n  - { id: a, link: ‹gpio }", ["\"gpio\" is not supported by this version"]),
    .init("a link misspelt", "devices:\n  - { id: a, link: ‹websockt }", ["did you mean \"websocket\"?"]),
    .init(
      "one id twice",
      "devices:\n  - { id: a, link: websocket }\n  - { id: ‹a, link: websocket }",
      ["another device", "line 2"]
    ),
    .init(
      "no key file",
      "devices:\n  - { id: a, link: websocket, key_file: ‹./nokey }",
      ["there is no file", "openssl rand -hex 32"]
    ),
    .init("channels of nothing", "devices:\n  - { id: a, link: websocket, channels: ‹0 }", ["out of bounds"]),
    .init("max_on without a unit", "devices:\n  - { id: a, link: websocket, max_on: ‹60 }", ["no unit", "60min"]),
  ]

  /// Prices.
  static let prices: [ConfigMistakeCase] = [
    .init("no unit", priced("{ exact: ‹0.1 }"), ["\"0.1\" has no unit", "write \"0.1 XNO\""]),
    .init("a comma", priced("{ exact: ‹\"0,1 XNO\" }"), ["comma", "0.1 XNO"]),
    .init("another word for the unit", priced("{ exact: ‹\"0.1 Nano\" }"), ["write \"0.1 XNO\""]),
    .init("a foreign unit", priced("{ exact: ‹\"21 sat\" }"), ["no unit of this network", "XNO and raw"]),
    .init("nothing", priced("{ exact: ‹\"0 XNO\" }"), ["sells to everybody"]),
    .init("a negative price", priced("{ exact: ‹\"-1 XNO\" }"), ["no amount"]),
    .init("too fine", priced("{ exact: ‹\"0.0000000000000000000000000000001 XNO\" }"), ["finer than a raw"]),
    .init("too much", priced("{ exact: ‹\"999999999999 XNO\" }"), ["more than there can be"]),
    .init("not enterable", priced("{ exact: ‹\"1000 raw\" }"), ["wallets cannot enter"]),
    .init("no kind", priced("‹{ gives: 10min }"), ["no kind of price"], ["unknown key \"gives\""]).at([
      (7, 12), (7, 14),
    ]),
    .init("two kinds", priced("{ exact: \"0.1 XNO\", steps: ‹[] }"), ["one kind", "\"exact\""]),
    .init("a kind misspelt", priced("‹{ stepps: [] }"), ["no kind"], ["did you mean \"steps\"?"]).at([(7, 12), (7, 14)]
    ),
    .init("an empty table", priced("{ steps: ‹[] }"), ["price table is empty"]),
    .init(
      "a table that falls",
      priced("{ steps: [ { at: \"0.2 XNO\", gives: 10min }, { at: ‹\"0.1 XNO\", gives: 20min } ] }"),
      ["0.1 XNO is not above the line before (0.2 XNO)"]
    ),
    .init(
      "more money, less time",
      priced("{ steps: [ { at: \"0.1 XNO\", gives: 10min }, { at: \"0.2 XNO\", gives: ‹5min } ] }"),
      ["less time"]
    ),
    .init("a step that gives nothing", priced("{ steps: [ ‹{ at: \"0.1 XNO\" } ] }"), ["\"gives\" is missing"]),
    .init("m is not min", priced("{ exact: \"0.1 XNO\", gives: ‹10m }"), ["did you mean 10min?"]),
    .init("half an hour", priced("{ exact: \"0.1 XNO\", gives: ‹1.5h }"), ["whole number"]),
    .init("a space before the unit", priced("{ exact: \"0.1 XNO\", gives: ‹10 min }"), ["did you mean 10min?"]),
    .init("zero time", priced("{ exact: \"0.1 XNO\", gives: ‹0s }"), ["out of bounds"]),
    .init(
      "a rate without a cap",
      priced("{ rate: ‹{ per_minute: \"0.01 XNO\", minimum: \"0.05 XNO\" } }"),
      ["\"cap\" is missing"]
    ),
    .init(
      "a rate whose minimum buys nothing",
      priced("{ rate: { per_minute: \"100000000 XNO\", minimum: ‹\"0.000001 XNO\", cap: 1h } }"),
      ["less than a millisecond"]
    ),
    .init(
      "one function twice",
      priced("{ functions: [ { at: \"0.1 XNO\", does: flash }, { at: \"0.2 XNO\", does: ‹flash } ] }"),
      ["\"flash\" already"]
    ),
    .init(
      "a function with a bad name",
      priced("{ functions: [ { at: \"0.1 XNO\", does: ‹\"Flash!\" } ] }"),
      ["no name of a function"]
    ),
    .init(
      "a channel too high",
      priced("{ functions: [ { at: \"0.1 XNO\", does: flash, channel: ‹256 } ] }"),
      ["0 to 255"]
    ),
    .init("a price that is a word", priced("‹\"0.1 XNO\""), ["section", "exact"]),
  ]

  /// Slots.
  static let slots: [ConfigMistakeCase] = [
    .init(
      "nothing to do",
      "networks: { nano: { rpc: \"http://[::1]:1\", websocket: \"ws://[::1]:2\" } }\nslots:\n  - ‹id: a\n    pay: { nano: nano_a }\n    price: { exact: \"1 XNO\" }",
      ["\"does\" is missing"]
    ),
    .init(
      "nowhere to pay",
      "devices: [ { id: lamp, link: websocket } ]\nslots:\n  - ‹id: a\n    price: { exact: \"1 XNO\" }\n    does: { device: lamp }",
      ["\"pay\" is missing"]
    ),
    .init(
      "a network that is not configured",
      "devices: [ { id: lamp, link: websocket } ]\nslots:\n  - id: a\n    pay: { nano: ‹nano_a }\n    price: { exact: \"1 XNO\" }\n    does: { device: lamp }",
      ["not configured", "networks:"]
    ),
    .init(
      "a network of later",
      slotted("does: { device: lamp }", pay: "{ nano: nano_a, ‹nyzo: x }"),
      ["not supported by this version"]
    ),
    .init("a bad address", slotted("does: { device: lamp }", pay: "{ nano: ‹nano_bad }"), ["no Nano address"]),
    .init(
      "an unknown device is told",
      slotted("does: { device: ‹lamb }"),
      ["did you mean \"lamp\"?", "coinslot device add lamb"]
    ),
    .init(
      "replace",
      slotted("does: { device: lamp }\n    while_running: ‹replace"),
      ["end what the one before has paid for", "extend, queue or hold"]
    ),
    .init(
      "while_running misspelt",
      slotted("does: { device: lamp }\n    while_running: ‹extent"),
      ["did you mean \"extend\"?"]
    ),
    .init("an effect of later", slotted("does: { device: lamp, ‹letter: x }"), ["not supported by this version"]),
    .init(
      "a link for an effect",
      slotted("does: { device: lamp, ‹webhook: x }"),
      ["is a link of a device", "devices"]
    ),
    .init(
      "invoices for Nano",
      slotted("does: { device: lamp }", pay: "{ nano: { account: nano_a, tell_apart: ‹invoice } }"),
      ["\"invoice\" is not known"]
    ),
    .init("a hold without end", slotted("does: { device: lamp }\n    if_away: { hold: ‹9999d }"), ["at most 3650d"]),
    .init("a quote for a second", slotted("does: { device: lamp }\n    quote_life: ‹1s"), ["out of bounds", "1min"]),
    .init(
      "a channel the device has not",
      slotted("does: { device: lamp, channel: ‹2 }", device: "{ id: lamp, link: websocket, channels: 2 }"),
      ["no channel 2", "channels 0 to 1"]
    ),
    .init(
      "own_account without a list",
      slotted("does: { device: lamp }", pay: "{ nano: { account: nano_a, tell_apart: ‹own_account } }"),
      ["list of accounts", "accounts_file"]
    ),
    .init(
      "tell_apart misspelt",
      slotted("does: { device: lamp }", pay: "{ nano: { account: nano_a, tell_apart: ‹low_digit } }"),
      ["did you mean \"low_digits\"?"]
    ),
    .init(
      "a list that nobody uses",
      slotted("does: { device: lamp }", pay: "{ nano: { account: nano_a, accounts_file: ‹accounts.txt } }"),
      ["own_account only"],
      ["no file"]
    ).at([(5, 52), (5, 52)]),
    .init("a title of two lines", slotted("does: { device: lamp }\n    title: ‹\"a\\nb\""), ["line break"]),
  ]

  /// The same case with its places given by hand, where marks cannot say them.
  func at(_ places: [(Int, Int)]) -> ConfigMistakeCase {
    ConfigMistakeCase(name, Self.mark(text, at: places), says: says)
  }

  private init(_ name: String, _ marked: String, says: [[String]]) {
    self.name = name
    self.marked = marked
    self.says = says
  }

  private static func mark(_ text: String, at places: [(Int, Int)]) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
    for (line, column) in places.reversed() { lines[line - 1].insert("‹", at: column - 1) }
    return lines.map { String($0) }.joined(separator: "\n")
  }
}
