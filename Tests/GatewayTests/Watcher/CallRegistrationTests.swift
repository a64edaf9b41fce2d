import Primitives
import Sockets
import Testing

@testable import Gateway

@Suite struct CallRegistrationTests {
  @Test(arguments: [
    (#"{"address":"nano_1","api_key":"0"}"#, "nano_1", "0"), (#" {"api_key" : "k", "address":"x"} "#, "x", "k"),
    (#"{"address":"nano_1"}"#, "nano_1", nil), (#"{"address":"a","api_key":123456}"#, "a", nil),
    (#"{"address":"a","api_key":null,"more":{"address":1}}"#, "a", nil),
    (#"{"\u0061ddress":"a","api_key":"\"k"}"#, "a", #""k"#),
  ])
  func reads(_ text: String, _ address: String, _ key: String?) throws {
    let registration = try CallRegistration(decoding: Array(text.utf8).span)
    #expect(registration.address == Array(address.utf8))
    #expect(registration.apiKey == key.map { Array($0.utf8) })
  }

  @Test(arguments: [
    ("", WatcherRefusal.notJSON), ("{", .notJSON), ("Connecte", .notJSON), (#"{"address":"a"}x"#, .notJSON),
    (#"{"address":"a","#, .notJSON), (#"["address"]"#, .notAnObject), (#""address""#, .notAnObject),
    ("{}", .noAddress), (#"{"api_key":"0"}"#, .noAddress), (#"{"address":1}"#, .noAddress),
    (#"{"address":["a"]}"#, .noAddress), (#"{"address":null}"#, .noAddress),
    (#"{"address":"a","address":"b"}"#, .twice), (#"{"api_key":1,"api_key":2,"address":"a"}"#, .twice),
    (#"{"address":"\#(String(repeating: "a", count: 257))"}"#, .tooLong),
    (#"{"address":"a","api_key":"\#(String(repeating: "a", count: 257))"}"#, .tooLong),
    (#"{"address":"a","x":[[[[[[[[1]]]]]]]]}"#, .notJSON),
  ])
  func refuses(_ text: String, _ refusal: WatcherRefusal) {
    #expect(throws: refusal) { try CallRegistration(decoding: Array(text.utf8).span) }
  }

  /// A close reason fits a close frame, and its code may stand in one.
  @Test(arguments: [
    WatcherRefusal.notJSON, .notAnObject, .noAddress, .twice, .tooLong, .badAddress, .badKey, .tooManyAddresses,
    .tooManyConnections, .silent,
  ])
  func saysWhy(_ refusal: WatcherRefusal) {
    #expect((1...123).contains(refusal.words.utf8.count))
    #expect(refusal.code.mayBeSent)
  }
}
