import Primitives
package import Sockets

/// Where an LNURL leads, in whichever of its forms it came: Bech32, `lnurlp://`, a Lightning Address, or a web link with
/// `lightning=` in it; `lightning:` may stand in front.
package struct LNURLLink: Hashable, Sendable {
  /// What to ask for with GET.
  package let url: String
  /// Its parts.
  package let endpoint: Endpoint
  /// What it is for, where its form says so.
  package let tag: Tag?

  /// What a link is for.
  package enum Tag: String, Hashable, Sendable {
    case payRequest, withdrawRequest, channelRequest, login

    /// The tag of a scheme of its own (LUD-17).
    fileprivate init?(scheme: String) {
      switch scheme {
      case "lnurlp": self = .payRequest
      case "lnurlw": self = .withdrawRequest
      case "lnurlc": self = .channelRequest
      case "keyauth": self = .login
      default: return nil
      }
    }
  }

  /// Where plain HTTP may be spoken.
  package enum PlainHTTP: Hashable, Sendable {
    /// Only to onion services, which are secret and authentic by themselves.
    case onion
    /// To this machine as well: for tests and simulators.
    case onionAndLoopback
  }

  /// The most characters of an address; its Bech32 form is 8/5 of that.
  package static let limit = 2_048

  /// A link to an address.
  ///
  /// - Throws: `LNURLRefusal.badAddress` or `.plainHTTP`.
  package init(
    url: String,
    tag: Tag? = nil,
    plainHTTP: PlainHTTP = .onion
  ) throws(LNURLRefusal) {
    do { endpoint = try Endpoint(parsing: url) } catch { throw .badAddress(error) }
    switch endpoint.scheme {
    case .https: break
    case .http: guard LNURLLink.allows(endpoint.host, plainHTTP) else { throw .plainHTTP }
    case .ws, .wss: throw .badAddress(.badPrefix)
    }
    self.url = url
    self.tag = tag
  }

  /// Reads a link in any of its forms.
  ///
  /// - Throws: `LNURLRefusal`.
  package init(parsing text: String, plainHTTP: PlainHTTP = .onion) throws(LNURLRefusal) {
    let text = LightningScheme.strip(text)
    guard text.utf8.count <= LNURLLink.limit * 2 else { throw .tooLong("link") }
    let start = text.prefix(8).lowercased()
    if start.hasPrefix("lnurl1") {
      try self.init(url: try LNURLLink.address(inBech32: text), plainHTTP: plainHTTP)
    } else if let colon = text.firstRange(of: "://") {
      let scheme = text[..<colon.lowerBound].lowercased()
      let rest = text[colon.upperBound...]
      if let tag = Tag(scheme: scheme) {
        try self.init(host: rest, tag: tag, plainHTTP: plainHTTP)
      } else if scheme == "https" || scheme == "http", let lnurl = LNURLLink.lightningParameter(of: text) {
        try self.init(url: try LNURLLink.address(inBech32: lnurl), plainHTTP: plainHTTP)
      } else {
        throw .notLink
      }
    } else if text.contains("@") {
      self = try LightningAddress(text).link
    } else if let one = text.lastIndex(of: "1"), one > text.startIndex {
      try self.init(url: try LNURLLink.address(inBech32: text), plainHTTP: plainHTTP)
    } else {
      throw .notLink
    }
  }

  private init(host rest: Substring, tag: Tag, plainHTTP: PlainHTTP) throws(LNURLRefusal) {
    let host = rest.prefix { $0 != "/" && $0 != ":" && $0 != "?" }.lowercased()
    try self.init(url: "\(host.hasSuffix(".onion") ? "http" : "https")://\(rest)", tag: tag, plainHTTP: plainHTTP)
  }

  private static func allows(_ host: String, _ rule: PlainHTTP) -> Bool {
    if host.hasSuffix(".onion") { return true }
    guard rule == .onionAndLoopback else { return false }
    return host == "localhost" || MappedAddress(host)?.isLoopback == true
  }

  private static func lightningParameter(of link: String) -> String? {
    guard let mark = link.firstIndex(of: "?") else { return nil }
    let query = link[link.index(after: mark)...].prefix { $0 != "#" }
    return URLText.values(of: "lightning", in: query)?.first
  }
}

extension LNURLLink {
  /// The address in `LNURL1…`.
  private static func address(inBech32 text: String) throws(LNURLRefusal) -> String {
    let bytes = Array(text.utf8)
    do throws(Refusal) {
      let content = try Bech32.decode(bytes.span, limit: limit * 2)
      guard content.prefix == Array("lnurl".utf8) else { throw Refusal.badPrefix }
      let url = try FiveBitWords.bytes(of: content.words.span)
      guard let text = String(validating: url, as: UTF8.self) else { throw Refusal.badValue("not UTF-8") }
      return text
    } catch { throw .notBech32(error) }
  }

  /// The Bech32 form (LUD-01), in the upper case that makes the smaller QR code.
  package var bech32: String {
    let bytes = Array(url.utf8)
    let words = FiveBitWords.words(of: bytes.span)
    return String(decoding: Bech32.encode(.init(prefix: Array("lnurl".utf8), words: words)), as: UTF8.self).uppercased()
  }

  /// What a QR code or a button holds: `lightning:LNURL1…`.
  package var lightningLink: String { "lightning:\(bech32)" }

  /// The form with a scheme of its own (LUD-17).
  package var lnurlp: String { "lnurlp://\(endpoint.authority)\(endpoint.target)" }
}

/// The scheme that may stand before an invoice, an offer or an LNURL.
package enum LightningScheme {
  /// The text behind `lightning:` in any case; the text itself where it does not start so.
  package static func strip(_ text: String) -> String {
    let scheme = "lightning:"
    return text.prefix(scheme.count).lowercased() == scheme ? String(text.dropFirst(scheme.count)) : text
  }
}
