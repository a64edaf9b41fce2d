import Testing

/// An arrow only points inward, and siblings on one ring never import each other.
@Suite struct ImportTests {
  static let outside: Set<String> = [
    "Foundation", "FoundationEssentials", "Synchronization", "Glibc", "Musl", "Darwin", "Dispatch", "Logging",
  ]
  static let network: Set<String> = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "NIOConcurrencyHelpers"]
  static let web: Set<String> = [
    "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "Mustache", "CQREncode",
  ]

  /// What each target may import of ours and of others.
  static let allowed: [String: Set<String>] = [
    "Primitives": [],
    "DeviceWire": ["Primitives"],
    "Coinslot": ["Primitives", "Synchronization"],
    "Cryptography": ["Primitives", "CSodium", "CSecp256k1", "Synchronization"],
    "Sockets": outside.union(network).union(["Primitives", "NIOSSL"]),
    "Nano": outside.union(network).union(["Coinslot", "Primitives", "Cryptography", "Sockets", "AsyncHTTPClient"]),
    "Lightning": outside.union(network).union([
      "Coinslot", "Primitives", "Cryptography", "Sockets", "AsyncHTTPClient", "NIOSSL",
    ]),
    "Actuators": outside.union(network).union([
      "Coinslot", "Primitives", "Cryptography", "Sockets", "AsyncHTTPClient", "NIOSSL", "Subprocess",
    ]),
    "LedgerSQLite": outside.union(["Coinslot", "Primitives", "GRDB"]),
    "Gateway": outside.union(network).union(["Coinslot", "Primitives", "Cryptography", "DeviceWire", "Sockets"]),
    "Web": outside.union(network).union(web).union(["Coinslot", "Primitives", "Cryptography", "Sockets", "NIOSSL"]),
    "Engine": ["Coinslot", "Primitives", "Logging", "Synchronization"],
    "Simulators": outside.union(network).union([
      "Nano", "Lightning", "Coinslot", "Primitives", "Cryptography", "DeviceWire", "Sockets", "AsyncHTTPClient",
      "NIOSSL",
    ]),
    "Server": outside.union(network).union(web).union([
      "Coinslot", "Primitives", "Cryptography", "Nano", "Lightning", "Actuators", "LedgerSQLite", "Gateway", "Web",
      "Engine", "Sockets", "ServiceLifecycle", "UnixSignals", "AsyncHTTPClient", "Yams",
    ]),
    "CLI": outside.union(network).union([
      "Server", "Simulators", "Nano", "Lightning", "LedgerSQLite", "DeviceWire", "Coinslot", "Primitives",
      "Cryptography", "Sockets", "AsyncHTTPClient", "ServiceLifecycle", "ArgumentParser", "Yams",
    ]),
    "TestKit": outside.union(["Coinslot", "Primitives", "DeviceWire", "Engine"]),
  ]

  static let files = SourceTree.files(under: "Sources")

  @Test func treeIsRead() { #expect(Self.files.count > 100) }

  @Test(arguments: files.map(\.path)) func importsPointInward(_ path: String) throws {
    let file = try #require(Self.files.first { $0.path == path })
    let allowed = try #require(Self.allowed[file.target], "\(file.target) is not in the table")
    let found = file.code.matches(
      of:
        /(?m)^\s*(?:@\w+ )?(?:public |package |internal |private )?import (?:struct |enum |class |protocol |func )?(\w+)/
    )
    for name in found.map({ String($0.1) }) {
      #expect(allowed.contains(name), "\(file.target) may not import \(name)")
    }
  }
}
