import Nano
import Primitives
import Testing

@Suite struct CallRegistrationTests {
  private let account = NanoAddress.encode(Sample.account)

  private func decode(_ text: String) throws -> CallRegistration? { try CallRegistration.decode(text.wire.span) }

  @Test func takesEitherPrefixAndAnyKey() throws {
    #expect(try decode("{\"address\":\"\(account)\",\"api_key\":\"123\"}")?.apiKey == "123")
    #expect(try decode("{\"address\":\"xrb_\(account.dropFirst(5))\"}")?.account == Sample.account)
    #expect(try decode("{\"address\":\"\(account)\",\"api_key\":7}") == .init(account: Sample.account, apiKey: nil))
  }

  @Test func onlyTheBareWordIsIgnored() throws {
    #expect(try decode("Connected") == nil)
    for text in ["connected", "Connected ", " Connected", "\"Connected\"", "Connecte"] {
      #expect(throws: NanoRefusal.self) { try decode(text) }
    }
  }

  @Test func hasBounds() {
    let twice = "{\"address\":\"\(account)\",\"address\":\"\(account)\"}"
    #expect(throws: NanoRefusal.self) { try decode(twice) }
    #expect(throws: NanoRefusal.self) { try decode(String(repeating: "[", count: 4000)) }
    #expect(throws: NanoRefusal.badLength("registration")) { try decode(String(repeating: " ", count: 4097)) }
    let long = String(repeating: "k", count: 257)
    #expect(throws: NanoRefusal.badLength("api_key")) {
      try decode("{\"address\":\"\(account)\",\"api_key\":\"\(long)\"}")
    }
    let text = "{\"address\":\"\(account)\"}".wire
    for count in 0..<text.count {
      #expect(throws: NanoRefusal.self) { try CallRegistration.decode(text.span.extracting(0..<count)) }
    }
  }
}
