import Coinslot
import Foundation
import Testing

@testable import Server

/// The files that a configuration names.
@Suite("Config files")
struct ConfigFileTests {
  private static let key = String(repeating: "0a", count: 32)
  private static func device(_ file: String) -> String { "devices: [ { id: a, link: websocket, key_file: \(file) } ]" }
  private static func ownAccounts(_ file: String) -> String {
    """
    networks: { nano: { rpc: "http://[::1]:7076", websocket: "ws://[::1]:7078" } }
    devices: [ { id: lamp, link: websocket } ]
    slots:
      - id: lamp
        pay: { nano: { account: nano_sign, tell_apart: own_account, accounts_file: \(file) } }
        price: { exact: "1 XNO" }
        does: { device: lamp }
    """
  }

  @Test func aKeyFileOfItsOwnerIsTaken() throws {
    let fixture = try ConfigFixture(files: ["key": Self.key + "\n"])
    #expect(try fixture.load(Self.device("./key")).config.devices.first?.keyFile == "\(fixture.folder)/key")
  }

  @Test(arguments: [
    (key, 0o640, ["others can read this secret", "chmod 600"]), (key, 0o604, ["others can read"]),
    (String(key.dropLast()), 0o600, ["holds no key", "64 hex digits"]), ("", 0o600, ["holds no key"]),
    (String(key.dropLast()) + "g", 0o600, ["holds no key"]),
    (String(repeating: "0", count: 2_000_000), 0o600, ["too large"]),
  ])
  func anotherKeyFileIsNot(_ text: String, _ mode: Int, _ parts: [String]) throws {
    let fixture = try ConfigFixture(files: ["key": text], modes: ["key": mode])
    let found = fixture.mistakes(Self.device("key"))
    #expect(found.count == 1)
    for part in parts { #expect(found.first?.text.contains(part) == true, "\(found.map(\.text))") }
    #expect(found.first?.text.contains("0a0a0a") == false, "a secret must not be repeated")
  }

  @Test func aFolderIsNoFile() throws {
    let fixture = try ConfigFixture()
    #expect(fixture.mistakes(Self.device("\(fixture.folder)")).first?.text.contains("is a folder") == true)
  }

  @Test func systemdMayShowItsCredentialsToTheGroup() throws {
    let fixture = try ConfigFixture(files: ["key": Self.key], modes: ["key": 0o440])
    let text = Self.device("$CREDENTIALS_DIRECTORY/key")
    let loaded = try fixture.load(text, environment: ["CREDENTIALS_DIRECTORY": fixture.folder])
    #expect(loaded.config.devices.first?.keyFile == "\(fixture.folder)/key")
  }

  @Test func accountsAreReadFromTheirFile() throws {
    let fixture = try ConfigFixture(files: ["list": "# made offline\nnano_a\n\nxrb_b  the second\n"])
    let option = try fixture.load(Self.ownAccounts("list")).config.slots.first?.pay.first
    #expect(option?.tellApart == .ownAccount)
    #expect(option?.quoteAccounts.map(\.address) == ["nano_a", "nano_b"])
  }

  @Test(arguments: [
    ("nano_a\nnano_bad\n", 2, "no Nano address"), ("nano_a\nnano_b\nxrb_a\n", 3, "given twice"),
    ("nano_a\nnano_sign\n", 2, "address of the sign"), ("# nothing\n", 1, "holds no account"),
  ])
  func mistakesInItAreToldWithItsLine(_ text: String, _ line: Int, _ part: String) throws {
    let fixture = try ConfigFixture(files: ["list": text])
    let found = fixture.mistakes(Self.ownAccounts("list"))
    #expect(found.count == 1)
    #expect(found.first?.place == .file("\(fixture.folder)/list", line: line, column: 1))
    #expect(found.first?.text.contains(part) == true)
  }

  @Test(arguments: [
    ("kiosk short", "short"), ("only-a-name", "not a name and a key"),
    ("a 0123456789abcdef0\na 0123456789abcdef1", "given twice"),
    ("a 0123456789abcdef0 many", "no number"), ("# none", "holds no key"),
  ])
  func mistakesInWatcherKeysAreTold(_ text: String, _ part: String) throws {
    let fixture = try ConfigFixture(files: ["keys": text])
    let found = fixture.mistakes(
      "networks: { nano: { rpc: \"http://[::1]:7076\", callback: { watcher_keys_file: keys } } }"
    )
    #expect(found.count == 1, "\(found.map(\.text))")
    #expect(found.first?.text.contains(part) == true, "\(found.map(\.text))")
    #expect(found.first?.text.contains("0123456789abcdef") == false, "a key must not be repeated")
  }
}
