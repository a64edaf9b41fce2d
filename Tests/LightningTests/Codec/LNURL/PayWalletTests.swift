import Lightning
import Primitives
import Testing

/// What a wallet takes from services.
@Suite struct PayWalletTests {
  private static let good =
    #"{"tag":"payRequest","callback":"https://a.example/cb","minSendable":1,"maxSendable":2,"metadata":"[[\"text/plain\",\"x\"]]"}"#

  private static func with(_ member: String, _ value: String) throws -> [UInt8] {
    let object = try #require(JSONValue(parsing: good).object)
    let rest = object.filter { $0.key != member }
    return JSONValue.object(rest + [.init(member, try JSONValue(parsing: value))]).bytes()
  }

  @Test func takesARequest() throws {
    let request = try PayRequest(reading: Array(Self.good.utf8))
    #expect(request.minMsat == 1 && request.maxMsat == 2 && request.commentAllowed == 0 && request.payerData == nil)
    for (member, value) in [("commentAllowed", "null"), ("payerData", "null"), ("allowsNostr", "true")] {
      #expect(try PayRequest(reading: Self.with(member, value)) == request)
    }
    #expect(try PayRequest(reading: Self.with("commentAllowed", "18446744073709551615")).commentAllowed == 100_000)
  }

  @Test(arguments: [
    ("tag", "\"withdrawRequest\"", LNURLRefusal.badMember("tag")), ("tag", "null", .badMember("tag")),
    ("callback", "1", .badMember("callback")), ("callback", "\"http://a.example\"", .plainHTTP),
    ("callback", "\"javascript:alert(1)\"", .badAddress(.badPrefix)),
    ("callback", "\"wss://a.example\"", .badAddress(.badPrefix)),
    ("minSendable", "0", .badBounds), ("minSendable", "3", .badBounds),
    ("minSendable", "\"1\"", .badMember("minSendable")),
    ("minSendable", "-1", .badMember("minSendable")), ("maxSendable", "1.5", .badMember("maxSendable")),
    ("maxSendable", "18446744073709551616", .badMember("maxSendable")),
    ("commentAllowed", "\"5\"", .badMember("commentAllowed")), ("payerData", "[]", .badMember("payerData")),
    ("payerData", #"{"name":true}"#, .badMember("payerData")),
    ("payerData", #"{"auth":{"mandatory":true,"k1":"00"}}"#, .badMember("payerData")),
    ("metadata", "[]", .badMember("metadata")), ("metadata", "\"\"", .badMember("metadata")),
    ("metadata", "\"{}\"", .badMember("metadata")), ("metadata", "\"[]\"", .badMember("text/plain")),
    ("metadata", "\"[[]]\"", .badMember("metadata")), ("metadata", "\"[[1]]\"", .badMember("metadata")),
    ("metadata", #""[[\"text/plain\",\"a\"],[\"text/plain\",\"b\"]]""#, .badMember("text/plain")),
    ("metadata", #""[[\"text/plain\",1]]""#, .badMember("text/plain")),
    ("status", "\"ERROR\"", .service("")), ("status", "\"error\"", .service("")),
  ])
  func refusesARequest(_ member: String, _ value: String, _ refusal: LNURLRefusal) throws {
    let bytes = try Self.with(member, value)
    #expect(throws: refusal) { try PayRequest(reading: bytes) }
  }

  @Test(arguments: ["", "[]", "null", "{", "<html>", "{\"tag\":\"payRequest\",\"tag\":\"payRequest\"}"])
  func refusesWhatIsNoObject(_ text: String) {
    #expect(throws: LNURLRefusal.notJSON) { try PayRequest(reading: Array(text.utf8)) }
  }

  @Test func refusesTooMuch() {
    let bytes = [UInt8](repeating: 0x20, count: 200_001)
    #expect(throws: LNURLRefusal.tooLong("answer")) { try PayRequest(reading: bytes) }
    let long = "[[\"text/plain\",\"" + String(repeating: "a", count: 160_000) + "\"]]"
    #expect(throws: LNURLRefusal.tooLong("metadata")) { try PayMetadata(parsing: long) }
  }

  @Test func readsOverMetadataItDoesNotKnow() throws {
    let metadata = try PayMetadata(
      parsing: #"[["text/plain","a"],["image/png;base64","AAAA"],["x/y",{"z":1}],["text/email","a@b.example"]]"#
    )
    #expect(metadata.plain == "a" && metadata.identifier == "a@b.example" && metadata.long == nil)
  }

  @Test(
    arguments: [
      (#"{"pr":"x","routes":[]}"#, nil, nil), (#"{"pr":"x","disposable":null}"#, nil, nil),
      (#"{"pr":"x","disposable":false,"verify":"https://a.example/v"}"#, false, "https://a.example/v"),
      (#"{"pr":"x","disposable":true,"successAction":null}"#, true, nil),
    ] as [(String, Bool?, String?)]
  )
  func takesAnAnswer(_ text: String, _ isDisposable: Bool?, _ verify: String?) throws {
    let answer = try PayAnswer(reading: Array(text.utf8), of: PayRequest(reading: Array(Self.good.utf8)))
    #expect(answer == PayAnswer(invoice: "x", isDisposable: isDisposable, verify: verify))
  }

  private static let sentence = String(repeating: "a", count: 145)

  @Test(arguments: [
    ("{}", LNURLRefusal.badMember("pr")), (#"{"pr":1}"#, .badMember("pr")),
    (#"{"pr":"x","disposable":1}"#, .badMember("disposable")), (#"{"pr":"x","verify":1}"#, .badMember("verify")),
    (#"{"pr":"x","successAction":{}}"#, .unknownAction), (#"{"pr":"x","successAction":"message"}"#, .unknownAction),
    (#"{"pr":"x","successAction":{"tag":"message"}}"#, .badMember("message")),
    (#"{"pr":"x","successAction":{"tag":"message","message":"\#(sentence)"}}"#, .tooLong("message")),
    (#"{"pr":"x","successAction":{"tag":"url","description":"\#(sentence)","url":""}}"#, .tooLong("description")),
    (#"{"pr":"x","successAction":{"tag":"url","description":"","url":"javascript:1"}}"#, .badMember("url")),
    (#"{"pr":"x","successAction":{"tag":"url","description":"","url":"https://b.a.example/"}}"#, .strangeDomain),
    (#"{"pr":"x","successAction":{"tag":"aes","description":"","ciphertext":"!","iv":""}}"#, .badMember("ciphertext")),
    (
      #"{"pr":"x","successAction":{"tag":"aes","description":"","ciphertext":"AAAA","iv":"AAECAwQFBgcICQoLDA0ODw=="}}"#,
      .badMember("ciphertext")
    ),
    (
      #"{"pr":"x","successAction":{"tag":"aes","description":"","ciphertext":"89lwH0Xhusm1/XbrIU1R5w==","iv":"AAEC"}}"#,
      .badMember("iv")
    ),
  ])
  func refusesAnAnswer(_ text: String, _ refusal: LNURLRefusal) throws {
    let request = try PayRequest(reading: Array(Self.good.utf8))
    #expect(throws: refusal) { try PayAnswer(reading: Array(text.utf8), of: request) }
  }

  @Test func paysNoInvoiceThatIsNone() throws {
    let request = try PayRequest(reading: Array(Self.good.utf8))
    #expect(throws: LNURLRefusal.badInvoice(.notBech32(.badPrefix))) {
      try PayAnswer(invoice: "x").checkedInvoice(for: PayCallback(msat: 1), of: request, currency: .bitcoin)
    }
  }

  @Test(arguments: [
    (#"{"settled":true,"preimage":"00","pr":"x"}"#, "preimage"), (#"{"settled":1,"pr":"x"}"#, "settled"),
    (#"{"pr":"x"}"#, "settled"), (#"{"settled":false}"#, "pr"),
    (#"{"settled":true,"preimage":1,"pr":"x"}"#, "preimage"),
  ])
  func refusesWhatVerifiesNothing(_ text: String, _ member: String) {
    #expect(throws: LNURLRefusal.badMember(member)) { try VerifyAnswer(reading: Array(text.utf8)) }
  }
}
