import Coinslot
import Sockets

extension ConfigReader {
  private enum Ledger: String, CaseIterable { case live, beta, test, dev, sim }

  /// The node of the Nano network.
  func nano(_ section: ConfigSection, server: Config.Server) -> Config.Nano {
    var nano = Config.Nano(rpc: "")
    let ledger: Ledger = section.value("chain", default: .live, standard: "live") { text throws(Wrong) in
      try WordText.choice(text)
    }
    nano.chain = Chain(rawValue: "nano:\(ledger.rawValue)") ?? .nanoLive
    nano.insecure = section.value("insecure", default: false, standard: "false", WordText.bool)
    let why = "without a node to ask, no payment can be verified: write rpc: http://[::1]:7076"
    nano.rpc =
      section.needed("rpc", why: why, shown: URLText.shown) { text throws(Wrong) in
        try nodeURL(text, ["http", "https"], "http://[::1]:7076", insecure: nano.insecure)
      } ?? ""
    nano.websocket = section.value("websocket", shown: URLText.shown) { text throws(Wrong) in
      guard !text.hasPrefix("wss://") else {
        throw Wrong(
          "wss:// is not spoken by this version",
          hint: "end the TLS in a tunnel on this machine and write ws://[::1]:7078"
        )
      }
      return try nodeURL(text, ["ws"], "ws://[::1]:7078", insecure: nano.insecure)
    }
    nano.callback = section.section("callback", like: "callback: { listen: \"127.0.0.1:7090\" }").map {
      callback($0, chain: nano.chain, server: server)
    }
    section.end()
    if nano.insecure {
      section.warning(
        "insecure",
        "plain connections to other machines are accepted",
        hint: "anyone on the way can invent payments"
      )
    }
    if nano.websocket == nil, nano.callback == nil, !section.has("websocket"), !section.has("callback") {
      notes.warning(
        section.place,
        section.path,
        "payments are found within a minute only",
        hint: "name the node's websocket, ws://[::1]:7078, to hear of them at once"
      )
    }
    return nano
  }

  private func nodeURL(_ text: String, _ schemes: [String], _ example: String, insecure: Bool) throws(Wrong) -> String {
    let url = try URLText(text, schemes: schemes, example: example)
    guard url.isEncrypted || url.isLoopback || insecure else {
      throw Wrong(
        "\(schemes[0])://\(url.host) is a plain connection to another machine: anyone on the way can invent payments",
        hint:
          "use \(schemes.count > 1 ? "\(schemes[1])://, " : "")a tunnel that ends here, or say `insecure: true` in this section"
      )
    }
    return url.text
  }

  private func callback(_ section: ConfigSection, chain: Chain, server: Config.Server) -> Config.Callback {
    var callback = Config.Callback()
    callback.listen = section.values(
      "listen",
      default: callback.listen,
      standard: callback.listen.map(\.description),
      least: 1,
      limit: 16
    ) {
      text throws(Wrong) in try ListenText.address(text)
    }
    callback.path = section.value(
      "path",
      default: callback.path,
      standard: callback.path,
      shown: SecretText.shown,
      WordText.path
    )
    callback.watchPath = section.value(
      "watch_path",
      default: callback.watchPath,
      standard: callback.watchPath,
      shown: SecretText.shown,
      WordText.path
    )
    callback.allow = section.values("allow", default: callback.allow, standard: ["loopback"], least: 1) {
      text throws(Wrong) in
      try PeerRange(text)
    }
    callback.watchers = watchers(section)
    let floor = Asset.nano.textWithUnit(Config.Callback.floor)
    callback.minimum = section.value("minimum", default: callback.minimum, standard: floor) { text throws(Wrong) in
      try AmountText.amount(text, of: .nano)
    }
    callback.minimums = minimums(section, chain: chain)
    callback.origins = section.values("origins", default: [], standard: []) { text throws(Wrong) in try origin(text) }
    section.end()
    check(callback, in: section, server: server)
    return callback
  }

  /// Accounts with a least amount of their own.
  private static let mostMinimums = 10_000

  private func minimums(_ section: ConfigSection, chain: Chain) -> [Account: Amount] {
    guard let node = section.node("minimums") else { return [:] }
    guard case .map(let entries) = node.content else {
      section.error("minimums", "must be a section", hint: "write minimums: { nano_…: \"0.01 XNO\" }")
      return [:]
    }
    guard entries.count <= Self.mostMinimums else {
      section.error("minimums", "has \(entries.count) entries", hint: "at most \(Self.mostMinimums)")
      return [:]
    }
    let path = section.path(of: "minimums")
    var given: Set<Account> = []
    var minimums: [Account: Amount] = [:]
    for entry in entries {
      // A section of its own each, so that none is looked for among all.
      let each = ConfigSection([entry], path: path, place: node.place, notes: notes)
      let least = each.value(entry.key) { text throws(Wrong) in try AmountText.amount(text, of: .nano) }
      do {
        let account = try account(entry.key, on: chain)
        if !given.insert(account).inserted { notes.error(entry.place, path, "this account is given twice") }
        minimums[account] = least
      } catch {
        notes.error(entry.place, path, error.words, hint: error.hint)
      }
    }
    return minimums
  }

  private func origin(_ text: String) throws(Wrong) -> String {
    let url = try URLText(text, schemes: ["https", "http"], example: "https://shop.example.org")
    guard url.isOrigin else {
      throw Wrong("\"\(URLText.shown(text))\" is more than an origin", hint: "scheme, host and port only")
    }
    return url.text
  }

  /// What only the door as a whole, beside the public listener, can show.
  private func check(_ callback: Config.Callback, in section: ConfigSection, server: Config.Server) {
    if callback.path == callback.watchPath {
      section.error("watch_path", "is the path that the node posts to", hint: "give each a path of its own")
    }
    if callback.minimum < Config.Callback.floor {
      section.warning(
        "minimum",
        "old firmware takes amounts below \(Asset.nano.textWithUnit(Config.Callback.floor)) for a fortune",
        hint: "keep the default where such devices listen"
      )
    }
    let isReachable = callback.listen.contains { !$0.isLoopback }
    if isReachable, callback.allow == [.loopback] {
      section.warning(
        "allow",
        "only this machine may speak, but the listener is open to others",
        hint: "name the node's address here, or listen on 127.0.0.1"
      )
    }
    guard callback.isOnPublicListener(of: server) else { return }
    let whoComes = "on the public listener every stranger reaches this"
    let own = "give it a listener of its own, such as 127.0.0.1:7090"
    if !SecretText.holdsSecret(path: callback.path) {
      section.error(
        "listen",
        "\(whoComes): whoever posts there can invent payments",
        hint: "\(own), or \(SecretText.howTo)"
      )
    } else {
      section.error("listen", "this version takes callbacks only on a listener of their own", hint: own)
    }
    if callback.watchers == nil, !SecretText.holdsSecret(path: callback.watchPath) {
      section.error(
        "watch_path",
        "\(whoComes) and may watch every account",
        hint: "\(own), or name a watcher_keys_file, or put a secret into the path"
      )
    }
  }
}
