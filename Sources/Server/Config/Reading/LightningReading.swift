import Coinslot
import Lightning
import Primitives

extension ConfigReader {
  private enum LightningLedger: String, CaseIterable { case live, testnet, testnet4, signet, regtest, sim }

  private static let nodes = ["core_lightning", "lnd", "phoenixd"]

  /// The node of the Lightning network.
  func lightning(_ section: ConfigSection) -> Config.Lightning? {
    let ledger: LightningLedger = section.value("chain", default: .live, standard: "live") { text throws(Wrong) in
      try WordText.choice(text)
    }
    let written = Self.nodes.filter(section.has)
    if written.count > 1 {
      section.error(
        written[1],
        "one node takes the payments, and \"\(written[0])\" is there already",
        hint: "keep one of them"
      )
    }
    section.refuse(
      ["btcpay"],
      because: "this version asks no BTCPay Server; name the Core Lightning or LND node behind it"
    )
    let canSpend = section.value("can_spend", default: false, standard: "false", WordText.bool)
    let node: Config.Lightning.Node?
    switch written.first {
    case "core_lightning": node = coreLightning(section, canSpend: canSpend)
    case "lnd": node = lnd(section, canSpend: canSpend)
    case "phoenixd": node = phoenixd(section)
    default:
      node = nil
      if !section.has("btcpay") {
        notes.error(
          section.place,
          section.path,
          "names no node that makes the invoices",
          hint: "write one of \(Self.nodes.joined(separator: ", "))"
        )
      }
    }
    section.know(Self.nodes)
    section.end()
    guard let node, let chain = Chain(rawValue: "lightning:\(ledger.rawValue)") else { return nil }
    return Config.Lightning(chain: chain, node: node, canSpend: canSpend)
  }

  private func coreLightning(_ network: ConfigSection, canSpend: Bool) -> Config.Lightning.Node? {
    let example = "core_lightning: { clnrest: https://127.0.0.1:3010, rune_file: ./keys/cln.rune }"
    guard let section = network.section("core_lightning", like: example) else { return nil }
    guard section.has("socket") else { return clnrest(section, canSpend: canSpend) }
    section.refuse(
      ["clnrest", "rune_file", "certificate"],
      because: "is not used beside a socket; keep one of the two"
    )
    let path = path(section, "socket")
    section.end()
    mindSpending(
      "whoever opens this socket can spend all that the node has",
      section,
      "socket",
      isAccepted: canSpend,
      hint: "prefer clnrest with a rune"
    )
    return path.map { .coreLightningSocket(path: $0) }
  }

  private func clnrest(_ section: ConfigSection, canSpend: Bool) -> Config.Lightning.Node? {
    let why = "write clnrest: https://127.0.0.1:3010, or socket: and the path of the node's lightning-rpc"
    let url = doorURL(section, "clnrest", why: why, example: "https://127.0.0.1:3010")
    let rune = neededSecret(
      section,
      "rune_file",
      make: "write into it, mode 0600, what this prints under \"rune\": \(CoreLightningRune.recipe)"
    )
    let certificate = certificateFile(section)
    section.end()
    guard let url, let rune else { return nil }
    check(rune: rune.text, of: section, canSpend: canSpend)
    return .coreLightningREST(url: url, runeFile: rune.path, certificate: certificate)
  }

  private func check(rune text: String, of section: ConfigSection, canSpend: Bool) {
    let key = "rune_file"
    let rune: CoreLightningRune
    do throws(Refusal) { rune = try CoreLightningRune(text) } catch {
      section.error(key, "the file holds no rune", hint: "make one: \(CoreLightningRune.recipe)")
      return
    }
    if !rune.lacks.isEmpty {
      section.error(
        key,
        "the rune forbids \(rune.lacks.joined(separator: ", ")), which we need",
        hint: "make one: \(CoreLightningRune.recipe)"
      )
    }
    if rune.permitsMore {
      mindSpending(
        "the rune permits more than we need, which may be to spend",
        section,
        key,
        isAccepted: canSpend,
        hint: "make one: \(CoreLightningRune.recipe)"
      )
    }
    if rune.isRated {
      section.warning(key, "the rune has a rate, which each of our calls uses up", hint: "make one without")
    }
  }

  private func lnd(_ network: ConfigSection, canSpend: Bool) -> Config.Lightning.Node? {
    let example = "lnd: { rest: https://127.0.0.1:8080, macaroon_file: ./keys/lnd.macaroon }"
    guard let section = network.section("lnd", like: example) else { return nil }
    let why = "write rest: https://127.0.0.1:8080"
    let url = doorURL(section, "rest", why: why, example: "https://127.0.0.1:8080")
    let key = "macaroon_file", make = "make it, mode 0600: \(LNDRights.recipe)"
    if !section.has(key) { notes.error(section.place, section.path, "\"\(key)\" is missing", hint: make) }
    let file = path(section, key)
    let certificate = certificateFile(section)
    section.end()
    guard let file else { return nil }
    do throws(Wrong) {
      check(macaroon: try files.secret(at: file, make: make), of: section, canSpend: canSpend)
    } catch {
      section.error(key, error.words, hint: error.hint)
    }
    return url.map { .lnd(url: $0, macaroonFile: file, certificate: certificate) }
  }

  private func check(macaroon raw: [UInt8], of section: ConfigSection, canSpend: Bool) {
    let key = "macaroon_file", recipe = "bake one: \(LNDRights.recipe)"
    // Baked to a file it is binary; copied from the screen it is hexadecimal.
    let text = raw.filter { $0 > 0x20 }
    let bytes = raw.first == 2 ? raw : (try? Hex.decode(text.span)) ?? raw
    guard let macaroon = try? LNDMacaroon(decoding: bytes) else {
      section.error(key, "the file holds no macaroon", hint: recipe)
      return
    }
    let rights = LNDRights(macaroon)
    if !rights.excess.isEmpty {
      mindSpending(
        "the macaroon allows more than we need: \(rights.excess.prefix(8).joined(separator: ", "))",
        section,
        key,
        isAccepted: canSpend,
        hint: recipe
      )
    }
    if !rights.missing.isEmpty {
      section.error(key, "the macaroon does not allow \(rights.missing.joined(separator: ", "))", hint: recipe)
    }
    if !rights.isKnown { section.warning(key, "the macaroon does not tell what it allows", hint: recipe) }
  }

  private func phoenixd(_ network: ConfigSection) -> Config.Lightning.Node? {
    let example = "phoenixd: { url: http://127.0.0.1:9740, password_file: ./keys/phoenixd }"
    guard let section = network.section("phoenixd", like: example) else { return nil }
    let why = "write url: http://127.0.0.1:9740"
    let url = doorURL(section, "url", why: why, example: "http://127.0.0.1:9740")
    let password = neededSecret(
      section,
      "password_file",
      make: "write http-password-limited-access of phoenix.conf into it, mode 0600"
    )
    let certificate = certificateFile(section)
    section.end()
    guard let url, let password else { return nil }
    return .phoenixd(url: url, passwordFile: password.path, certificate: certificate)
  }
}

extension ConfigReader {
  /// A way in that can spend: a mistake unless the operator accepts it, and told of even then.
  private func mindSpending(
    _ words: String,
    _ section: ConfigSection,
    _ key: String,
    isAccepted: Bool,
    hint: String
  ) {
    if isAccepted {
      section.warning(key, words, hint: hint)
    } else {
      section.error(key, words, hint: "\(hint), or accept it: can_spend: true in networks.lightning")
    }
  }

  /// The address of a node's door, over which our key to it goes.
  private func doorURL(_ section: ConfigSection, _ key: String, why: String, example: String) -> String? {
    section.needed(key, why: why, shown: URLText.shown) { text throws(Wrong) in
      let url = try URLText(text, schemes: ["https", "http"], example: example)
      guard url.isEncrypted || url.isLoopback else {
        throw Wrong(
          "http://\(url.host) is a plain connection to another machine: anyone on the way can read our key to the node",
          hint: "use https://, or a tunnel that ends here"
        )
      }
      guard !text.contains("?") else { throw Wrong("\"\(URLText.shown(text))\" has more than a path") }
      return url.text
    }
  }
}

extension CoreLightningRune {
  /// How to make a rune that permits what we need and nothing else.
  fileprivate static var recipe: String {
    "lightning-cli createrune restrictions='[[\(needed.map { "\"method=\($0)\"" }.joined(separator: ","))]]'"
  }
}
