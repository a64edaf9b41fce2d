// swift-tools-version: 6.2
import PackageDescription

/// The rules of the product's own package, without those that only please the eye.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

func ring(_ name: String, _ dependencies: [Target.Dependency], sources: [String]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, sources: sources, swiftSettings: house)
}

/// The product's way from a callback to a device, compiled again from its own sources (`Sources` is a link), and one
/// executable that measures it.
///
/// They are targets of this package because most of it is visible within one package only. Of `Nano` only what reads
/// and judges a notice is here: the rest asks a node, which would be measured instead of us.
let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
    ring("Primitives", []),
    ring("DeviceWire", ["Primitives"]),
    ring("Coinslot", ["Primitives"]),
    ring("Cryptography", ["Primitives", "CSodium"]),
    ring("Sockets", ["Primitives", log, tls] + nio),
    ring(
      "Nano",
      ["Coinslot", "Primitives", "Cryptography"],
      sources: ["Codec", "Verify/NoticeVerdict.swift", "Verify/BlockProof.swift", "Watch/WatchSet.swift"]
    ),
    ring("LedgerSQLite", ["Coinslot", "Primitives", .product(name: "GRDB", package: "GRDB.swift"), log]),
    ring("Gateway", ["Coinslot", "Primitives", "Cryptography", "DeviceWire", "Sockets", log] + nio),
    ring("Engine", ["Coinslot", "Primitives", log]),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Primitives", "DeviceWire", "Coinslot", "Cryptography", "CSodium", "Sockets", "Nano", "LedgerSQLite", "Gateway",
        "Engine", log, .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ] + nio,
      path: "Suites",
      swiftSettings: house
    ),
  ]
)
