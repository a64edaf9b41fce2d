// swift-tools-version: 6.2
import PackageDescription

/// Every target compiles under the same strict rules; a warning is an error.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A library of this package: `house` rules, nothing else to say.
func ring(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let client: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "HTTPTypes", package: "swift-http-types"),
]

let package = Package(
  name: "coinslot",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "coinslot", targets: ["CLI"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  targets: [
    // C libraries of the system
    .systemLibrary(
      name: "CSodium",
      pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]
    ),
    .systemLibrary(
      name: "CSecp256k1",
      pkgConfig: "libsecp256k1",
      providers: [.apt(["libsecp256k1-dev"]), .brew(["secp256k1"])]
    ),
    .systemLibrary(
      name: "CQREncode",
      pkgConfig: "libqrencode",
      providers: [.apt(["libqrencode-dev"]), .brew(["qrencode"])]
    ),

    // Ring 0: no Foundation
    ring("Primitives", []),
    ring("DeviceWire", ["Primitives"]),

    // Ring 1: nouns, promises, and the shared tools of the rings around them
    ring("Coinslot", ["Primitives"]),
    ring("Cryptography", ["Primitives", "CSodium", "CSecp256k1"]),
    ring("Sockets", ["Primitives", log, tls] + nio),

    // Ring 2: technologies; siblings never import each other
    ring("Nano", ["Coinslot", "Primitives", "Cryptography", "Sockets", client, log] + nio),
    ring("Lightning", ["Coinslot", "Primitives", "Cryptography", "Sockets", client, log, tls] + nio),
    ring(
      "Actuators",
      [
        "Coinslot", "Primitives", "Cryptography", "Sockets", client, log, tls,
        .product(name: "Subprocess", package: "swift-subprocess"),
      ] + nio
    ),
    ring("LedgerSQLite", ["Coinslot", "Primitives", .product(name: "GRDB", package: "GRDB.swift"), log]),
    ring("Gateway", ["Coinslot", "Primitives", "Cryptography", "DeviceWire", "Sockets", log] + nio),
    ring(
      "Web",
      [
        "Coinslot", "Primitives", "Cryptography", "Sockets", "CQREncode", log, tls,
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
      ] + hummingbird + nio,
      resources: [.embedInCode("Pages")]
    ),
    ring("Engine", ["Coinslot", "Primitives", log]),
    ring(
      "Simulators",
      ["Nano", "Lightning", "Coinslot", "Primitives", "Cryptography", "DeviceWire", "Sockets", client, log, tls] + nio
    ),

    // Ring 3: where everything is put together
    ring(
      "Server",
      [
        "Coinslot", "Primitives", "Cryptography", "Nano", "Lightning", "Actuators", "LedgerSQLite", "Gateway", "Web",
        "Engine", "Sockets", log, lifecycle, signals, client, .product(name: "Yams", package: "Yams"),
      ] + hummingbird + nio
    ),
    .executableTarget(
      name: "CLI",
      dependencies: [
        "Server", "Simulators", "Nano", "Lightning", "LedgerSQLite", "DeviceWire", "Coinslot", "Primitives",
        "Cryptography", "Sockets", client, log,
        lifecycle, .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ] + nio,
      swiftSettings: house
    ),

    // For tests only
    ring("TestKit", ["Coinslot", "Primitives", "DeviceWire", "Engine", log]),
    tests("PrimitivesTests", ["Primitives", "TestKit"]),
    tests("DeviceWireTests", ["DeviceWire", "Primitives", "TestKit"]),
    tests("CoinslotTests", ["Coinslot", "Primitives", "TestKit"]),
    tests("CryptographyTests", ["Cryptography", "Primitives", "TestKit"]),
    tests("SocketsTests", ["Sockets", "Primitives", "TestKit", tls] + nio),
    tests(
      "NanoTests",
      ["Nano", "Coinslot", "Primitives", "Cryptography", "Sockets", "Simulators", "TestKit", client, log]
    ),
    tests(
      "LightningTests",
      [
        "Lightning", "Engine", "Coinslot", "Primitives", "Cryptography", "Sockets", "Simulators", "TestKit", client,
        log,
      ] + nio
    ),
    tests(
      "ActuatorsTests",
      ["Actuators", "Coinslot", "Primitives", "Cryptography", "Sockets", "TestKit", client, log] + nio
    ),
    tests("LedgerSQLiteTests", ["LedgerSQLite", "Coinslot", "Primitives", "TestKit"]),
    tests("GatewayTests", ["Gateway", "Coinslot", "Primitives", "DeviceWire", "Sockets", "TestKit", log] + nio),
    tests("WebTests", ["Web", "Sockets", "Coinslot", "Primitives", "TestKit", log, tls] + hummingbird + nio),
    tests("EngineTests", ["Engine", "LedgerSQLite", "Coinslot", "Primitives", "TestKit", log]),
    tests(
      "SimulatorsTests",
      ["Simulators", "Nano", "Lightning", "Coinslot", "Primitives", "Cryptography", "DeviceWire", "TestKit"]
    ),
    tests("ServerTests", ["Server", "Coinslot", "Primitives", "Nano", "Simulators", "TestKit", client]),
    tests("CLITests", ["CLI", "Server", "Simulators", "Nano", "Coinslot", "Primitives", "TestKit", client] + nio),
    tests("SimulationTests", ["TestKit", "Engine", "Coinslot", "DeviceWire", "Primitives", log]),
    tests("TidyTests", []),
  ]
)
