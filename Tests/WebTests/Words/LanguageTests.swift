import Testing

@testable import Web

struct LanguageTests {
  @Test(arguments: [
    ("de", Language.german), ("de-AT,en;q=0.5", .german), ("en-GB,de;q=0.9", .english),
    ("fr,de;q=0.4,en;q=0.2", .german),
    ("DE", .german), ("de;q=0.8, en;q=0.9", .english), ("*", .english), ("de;q=0, en;q=0.1", .english),
  ])
  func browserIsHeard(_ accept: String, _ wanted: Language) {
    #expect(Language.preferred(accept) == wanted)
  }

  @Test(arguments: ["", "fr", "xx;q=1", "de;q=0", ";;;,,,", "deutsch", "q=1"])
  func browserNamesNoneOfOurs(_ accept: String) {
    #expect(Language.preferred(accept) == nil)
  }

  @Test func addressBeatsCookieBeatsBrowser() {
    #expect(Language.choose(query: "de", cookie: "en", accept: "en") == .german)
    #expect(Language.choose(query: nil, cookie: "de", accept: "en") == .german)
    #expect(Language.choose(query: "xx", cookie: "yy", accept: "de") == .german)
    #expect(Language.choose(query: nil, cookie: nil, accept: nil) == .english)
  }
}
