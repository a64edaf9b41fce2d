import Lightning
import Primitives
import Testing

@Suite struct LNURLLinkTests {
  private static let lnurl = "LNURL1DP68GURN8GHJ7URP0YHX27RPD4CXCEFWVDHK6TMVDE6HYMRS9A5X7MNT8ACXJM3AXYEQHYN93N"
  private static let honk = "https://pay.example.com/lnurlp/honk?pin=12"

  @Test(arguments: [
    (lnurl, honk), (lnurl.lowercased(), honk), ("lightning:\(lnurl)", honk), ("LiGhTnInG:\(lnurl)", honk),
    ("https://a.example/?lightning=\(lnurl)", honk), ("https://a.example/x?b=c&lightning=\(lnurl)#d", honk),
    ("lnurlp://a.example:8443/b?c=d", "https://a.example:8443/b?c=d"), ("LNURLP://a.example", "https://a.example"),
    ("lnurlp://x.onion:81/b", "http://x.onion:81/b"), ("keyauth://a.example/k", "https://a.example/k"),
    ("a@b.example", "https://b.example/.well-known/lnurlp/a"),
    ("a@B.EXAMPLE", "https://b.example/.well-known/lnurlp/a"),
  ])
  func leadsTo(_ text: String, _ url: String) throws {
    #expect(try LNURLLink(parsing: text).url == url)
  }

  @Test(arguments: [
    ("", LNURLRefusal.notLink), ("honk", .notLink), ("https://a.example/?x=1", .notLink), ("ftp://a.example", .notLink),
    ("https://a.example/?lightning=", .notBech32(.badPrefix)), ("@", .badName),
    ("a@", .badAddress(.badValue("the host is missing"))),
    ("a@b@c", .notLink), ("a@b.example/c", .badAddress(.badValue("only a host name stands behind @"))),
    ("a@b.example?c", .badAddress(.badValue("only a host name stands behind @"))),
    ("a@b.example:443", .badAddress(.badValue("only a host name stands behind @"))),
    ("a@b c", .badAddress(.badCharacter(at: 9))),
    ("lnurlp://u:p@a.example/", .badAddress(.badValue("an address takes no user name"))),
    ("lnurlp://", .badAddress(.badValue("the host is missing"))),
    ("lnurlp://a.example/#b", .badAddress(.badValue("an address takes no fragment"))),
    ("lnurlp://127.0.0.1:0/", .badAddress(.badValue("port 0 cannot be connected to"))),
  ])
  func refuses(_ text: String, _ refusal: LNURLRefusal) {
    #expect(throws: refusal) { try LNURLLink(parsing: text) }
  }

  @Test func refusesWhatIsTooLong() {
    #expect(throws: LNURLRefusal.tooLong("link")) {
      try LNURLLink(parsing: "lnurl1" + String(repeating: "q", count: 5_000))
    }
    #expect(throws: LNURLRefusal.badAddress(.long(limit: 2_048, had: 2_049))) {
      try LNURLLink(url: "https://a.example/" + String(repeating: "a", count: 2_031))
    }
    let longest = "https://a.example/" + String(repeating: "a", count: 2_030)
    #expect(throws: Never.self) { try LNURLLink(parsing: LNURLLink(url: longest).bech32) }
  }

  @Test(arguments: [
    ("http://a.example/", false, false), ("http://x.onion/", true, true), ("http://onion/", false, false),
    ("http://x.onion.example/", false, false), ("http://127.0.0.1:80/", false, true), ("http://[::1]/", false, true),
    ("http://localhost:1/", false, true), ("http://localhost.example/", false, false),
    ("http://10.0.0.1/", false, false), ("https://a.example/", true, true),
  ])
  func speaksPlainlyWhereItMay(_ url: String, _ usually: Bool, _ inTests: Bool) {
    #expect(((try? LNURLLink(url: url)) != nil) == usually)
    #expect(((try? LNURLLink(url: url, plainHTTP: .onionAndLoopback)) != nil) == inTests)
  }

  @Test(
    arguments: [
      ("Car", "car"), ("car", "car"), ("a.b-c_9", "a.b-c_9"), ("c\u{212a}", "ck"), ("", nil), ("a b", nil), ("ä", nil),
      ("a/b", nil), (String(repeating: "a", count: 64), String(repeating: "a", count: 64)),
      (String(repeating: "a", count: 65), nil),
    ] as [(String, String?)]
  )
  func takesNamesInAnyCase(_ text: String, _ name: String?) {
    #expect(LightningAddress.name(asked: text) == name)
  }
}
