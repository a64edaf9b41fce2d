import Testing

@testable import Web

struct WordsTests {
  @Test(arguments: Language.allCases)
  func fileHasEveryPhraseAndNoOther(_ language: Language) {
    #expect(language.words.mistake == nil)
  }

  @Test(arguments: Phrase.allCases)
  func languagesFillTheSamePlaces(_ phrase: Phrase) {
    #expect(places(Words.english(phrase)) == places(Words.german(phrase)))
  }

  @Test(arguments: [
    ("[1]", "not a JSON object"), ("{}", "missing"), ("{\"nonsense\": \"x\"}", "nonsense"),
    ("{\"prices\": 1}", "prices"),
    ("{\"prices\": \"\"}", "prices"),
  ])
  func badFileIsNoticed(_ text: String, _ word: String) {
    #expect(Words(.english, file: Array(text.utf8)).mistake?.contains(word) == true)
  }

  @Test func missingPhraseShowsItsKey() {
    #expect(Words(.english, file: Array("{}".utf8))(.stateReady) == "stateReady")
  }

  @Test func valueThatLooksLikeAPlaceStaysItself() {
    let text = Words.english(.payName, ["amount": "{end}", "end": "{amount}"])
    #expect(text == "Pay {end} to {amount}")
  }

  @Test func placeWithoutValueStays() {
    #expect(Words.english(.payName, ["amount": "1"]) == "Pay 1 to {end}")
  }

  private func places(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap {
        $0.split(separator: "}").first.map(String.init)
      }
    )
  }
}
