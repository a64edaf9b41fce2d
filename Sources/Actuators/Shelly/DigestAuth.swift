import Primitives

/// Answers to a digest challenge with SHA-256 (RFC 7616), as Shelly devices give.
struct DigestAuth: Hashable, Sendable {
  let realm: String
  let nonce: String

  /// Reads `Digest qop="auth", realm="…", nonce="…", algorithm=SHA-256`; nil for any other kind of challenge.
  init?(challenge text: String) {
    guard text.utf8.count <= 2_000, text.lowercased().hasPrefix("digest ") else { return nil }
    var fields: [String: String] = [:]
    for part in text.dropFirst(7).split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingPrefix { $0 == " " } }
      guard pair.count == 2 else { return nil }
      fields[pair[0].lowercased()] = pair[1].filter { $0 != "\"" && $0 != " " }
    }
    guard let realm = fields["realm"], let nonce = fields["nonce"], fields["algorithm"] == "SHA-256",
      (fields["qop"] ?? "").contains("auth")
    else { return nil }
    self.realm = realm
    self.nonce = nonce
  }

  /// The header field that answers it once; `chance` is ours and never the same.
  func answer(user: String, password: String, method: String, uri: String, chance: String) -> String {
    let secret = Self.hash("\(user):\(realm):\(password)")
    let request = Self.hash("\(method):\(uri)")
    let response = Self.hash("\(secret):\(nonce):00000001:\(chance):auth:\(request)")
    return "Digest username=\"\(user)\", realm=\"\(realm)\", nonce=\"\(nonce)\", uri=\"\(uri)\", algorithm=SHA-256, "
      + "qop=auth, nc=00000001, cnonce=\"\(chance)\", response=\"\(response)\""
  }

  private static func hash(_ text: String) -> String { Hex.encode(SHA256.digest(of: text.utf8)) }
}
