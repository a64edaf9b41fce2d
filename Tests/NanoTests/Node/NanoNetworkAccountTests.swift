import Coinslot
import Nano
import Primitives
import Testing

@Suite struct NanoNetworkAccountTests {
  private static let good = NanoAddress.encode(Sample.payee)

  private func reason(_ text: String) -> String? {
    do {
      _ = try NanoNetwork.account(text, on: .nanoLive)
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func bothPrefixesAreOneAccount() throws {
    let account = try NanoNetwork.account(Self.good, on: .nanoLive)
    #expect(account == Account(chain: .nanoLive, canonical: Self.good))
    #expect(try NanoNetwork.account("xrb_" + Self.good.dropFirst(5), on: .nanoLive) == account)
  }

  @Test func eachMistakeHasItsSentence() {
    let cases: [(String, String)] = [
      ("ban_" + Self.good.dropFirst(5), "begins with nano_"), ("", "begins with nano_"),
      (String(Self.good.dropLast()), "was it cut?"), (Self.good + "1", "61 characters"),
      (Self.good.otherLast, "checksum"), ("nano_1l" + Self.good.dropFirst(7), "a character that none has"),
      (NanoAddress.encode(NanoFacts.burnKey), "burn account"),
      (NanoAddress.encode(NanoFacts.genesisKeyLive), "first account"),
    ]
    for (text, words) in cases { #expect(reason(text)?.contains(words) == true, "\(text): \(reason(text) ?? "taken")") }
    #expect(reason(Self.good) == nil)
  }

  /// A long text is not thrown back whole.
  @Test func theSentenceIsShort() {
    #expect((reason(String(repeating: "x", count: 10_000))?.count ?? .max) < 200)
  }
}

extension String {
  fileprivate var otherLast: String {
    dropLast() + (last == "1" ? "3" : "1")
  }
}
