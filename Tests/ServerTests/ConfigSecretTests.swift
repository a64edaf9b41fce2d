import Testing

@testable import Server

/// What people paste into the wrong place is not repeated: mistakes end up in logs.
@Suite("Config secrets")
struct ConfigSecretTests {
  private static let secret = "9f86d081884c7d659a2feaa0c55ad015"
  private static let node = #"rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078""#

  @Test(arguments: [
    "server: { metrics_token_file: \(secret) }", "server: { names: [\"https://\(secret)\"] }",
    "server: { \(secret): x }", "server: { data: \"~\(secret)\" , listen: \(secret) }",
    "server: { public_url: \"https://a.example/\(secret)\" }", "server: { device_path: \"/a b/\(secret)\" }",
    "networks: { nano: { rpc: \"\(secret)\" } }", "networks: { nano: { rpc: \"http://[::1]:7076/?key=\(secret) \" } }",
    "networks: { nano: { \(node), callback: { watcher_keys_file: \(secret) } } }",
    "networks: { nano: { \(node), callback: { path: \"x/\(secret)\" } } }",
    "networks: { nano: { \(node), callback: { minimums: { \(secret)\(secret): \"1 XNO\" } } } }",
    "devices: [ { id: a, key_file: \(secret)\(secret) } ]", "log: { level: \(secret)",
    "alarms: { webhook: \"ftp://a.example/\(secret)\" }",
  ])
  func keysAreNotRepeated(_ text: String) throws {
    let found = try ConfigFixture().mistakes(text)
    #expect(found.contains { $0.weight == .error })
    #expect(!found.contains { $0.text.contains("9f86d081") }, "\(found.map(\.text))")
    let report = ConfigReport.text(found, name: "coinslot.yaml", file: text)
    #expect(!report.contains("9f86d081"), "\(report)")
  }

  /// A seed where an address should be: whoever reads it owns the money.
  @Test func aSeedIsNotRepeated() throws {
    let text = ConfigFixture.whole.replacing("nano_shop", with: Self.secret + Self.secret)
    let found = try ConfigFixture().mistakes(text)
    #expect(found.map(\.path) == ["slots[0].pay.nano"])
    #expect(found.first?.words == "\"…\" is no Nano address")
  }

  @Test(arguments: [
    "rpc: \"http://user:hunter2@node.example\"", "rpc: \"http://user:hunter2 @node\"", "rpc: \"user:hunter2@node\"",
    "rpc: \"user:hunter2@http://node\"", "rpc: \"ftp://user:hunter2@node\"",
  ])
  func passwordsInURLsAreNotRepeated(_ line: String) throws {
    let text = "networks: { nano: { \(line), websocket: \"ws://[::1]:7078\" } }"
    let found = try ConfigFixture().mistakes(text)
    #expect(found.count == 1)
    #expect(found.first?.text.contains("hunter2") == false, "\(found.map(\.text))")
  }

  /// The line that the report repeats shows stars instead, and its mark stays where it was.
  @Test func theReportShowsStars() {
    func shown(_ line: String) -> String {
      let mistake = ConfigMistake(weight: .error, place: .file("c", line: 1, column: 3), path: "", words: "w")
      return String(ConfigReport.text([mistake], name: "c", file: line).split(separator: "\n")[1].dropFirst(4))
    }
    #expect(shown("a: \(Self.secret) b") == "a: \(String(repeating: "*", count: 32)) b")
    #expect(shown("a: https://user:pass@b.example c") == "a: https://*********@b.example c")
    #expect(shown("webhook: https://a/b # c") == "webhook: *********** * *")
    #expect(shown("a: https://b.example/c@d") == "a: https://***********@d")
    #expect(shown("title: Gate B12") == "title: Gate B12")
  }

  /// Addresses, names and paths are what a person needs to see.
  @Test(arguments: [
    "nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est", "parking-meter-in-the-yard-of-house-12",
    "/var/lib/coinslot/accounts-2026-11-21.txt", "3f2a8c1d-77aa-4b0e-9c11-2f5e8d7a6b01", "",
    "0.0000000000000000000000000000001", "a_setting_with_a_long_name_and_2_digits",
  ])
  func othersAreRepeated(_ text: String) { #expect(SecretText.masked(text) == text) }

  @Test(arguments: [
    (secret, "…"), ("\"\(secret)\" is", "\"…\" is"), ("/a/\(secret).pem", "/a/….pem"), ("x\(secret)", "…"),
    ("nano_\(secret)", "…"), ("U0VDUkVUIGlzIDQyIGFuZCA3IGFuZCA5", "…"),
  ])
  func keysAreLeftOut(_ text: String, _ shown: String) { #expect(SecretText.masked(text) == shown) }
}
