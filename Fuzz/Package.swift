// swift-tools-version: 6.2
import PackageDescription

/// The rules of the product's own package, without those that only please the eye.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Most decoders are internal to their modules; the fuzzers see them as the tests do.
let seen = house + [.unsafeFlags(["-enable-testing"])]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
]

/// The product's decoders, compiled again from its own sources (`Sources` is a link) with the fuzzer's instruments,
/// and one executable that feeds them.
///
/// They are targets of this package because most of them are visible within one package only. Left out is whatever
/// only talks to sockets and would cost the build more than it is worth here.
let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
    .systemLibrary(name: "CSecp256k1", pkgConfig: "libsecp256k1"),
    .target(name: "Primitives", swiftSettings: seen),
    .target(name: "DeviceWire", dependencies: ["Primitives"], swiftSettings: seen),
    .target(name: "Coinslot", dependencies: ["Primitives"], swiftSettings: seen),
    .target(name: "Cryptography", dependencies: ["Primitives", "CSodium", "CSecp256k1"], swiftSettings: seen),
    .target(
      name: "Sockets",
      dependencies: ["Primitives"] + nio,
      sources: [
        "Address", "Clients/ClientAddress.swift", "HTTP/HeaderCursor.swift", "HTTP/HTTPFault.swift",
        "Clients/ClientLimits.swift", "HTTP/RequestHead.swift",
        "HTTP/RequestHead+Parsing.swift", "HTTP/RequestReader.swift", "HTTP/ChunkedBody.swift",
        "WebSocket/WebSocketReader.swift", "WebSocket/WebSocketFrames.swift", "WebSocket/WebSocketFault.swift",
        "WebSocket/WebSocketCloseCode.swift", "WebSocket/WebSocketHandshake.swift", "WebSocket/HandshakeDigest.swift",
        "Client/ClientHandshake.swift", "Client/WebSocketClientError.swift", "Client/WebSocketClientOptions.swift",
        "TLS/TLSFileError.swift",
      ],
      swiftSettings: seen
    ),
    .target(
      name: "Nano",
      dependencies: ["Coinslot", "Primitives", "Cryptography"],
      sources: [
        "Codec", "Verify/NoticeVerdict.swift", "Verify/BlockProof.swift", "Pay/PaymentURI.swift",
        "Pay/PercentText.swift",
      ],
      swiftSettings: seen
    ),
    .target(
      name: "Lightning",
      dependencies: ["Coinslot", "Primitives", "Cryptography", "Sockets"],
      sources: [
        "Codec/Bolt11", "Codec/Bolt12", "Codec/LNURL", "Codec/PayeeRule.swift", "Codec/Preimage.swift",
        "Codec/CoreLightning/CoreLightningRune.swift", "Codec/LND/LNDMacaroon.swift", "Codec/LND/LNDRights.swift",
        "Node/LightningNode.swift", "Node/HTTP/NodeWords.swift", "LightningConfig.swift",
      ],
      swiftSettings: seen
    ),
    .target(
      name: "Actuators",
      dependencies: ["Coinslot", "Primitives", "Cryptography", "Sockets"],
      sources: [
        "Machines.swift", "MachineMistake.swift", "HTTP/AddressRule.swift", "MQTT/BrokerAddress.swift",
        "MQTT/MQTTText.swift", "MQTT/MQTTFault.swift", "Command/CommandTemplate.swift",
        "HomeAssistant/HomeAssistantCall.swift", "Shared/MachineURL.swift", "Shared/Comment.swift",
        "Tasmota/HardwareAddress.swift", "Tesla/TeslaCommand.swift", "Webhook/WebhookSecret.swift",
      ],
      swiftSettings: seen
    ),
    .target(
      name: "Gateway",
      dependencies: ["Primitives", "Sockets"] + nio,
      sources: [
        "Watcher/CallRegistration.swift", "Watcher/WatcherRefusal.swift", "HTTP/OriginRule.swift",
        "Callback/RequestHead+Relayed.swift",
      ],
      swiftSettings: seen
    ),
    .target(
      name: "Web",
      dependencies: ["Sockets"] + nio,
      sources: ["HTTP/PeerAddress.swift"],
      swiftSettings: seen
    ),
    .target(
      name: "Server",
      dependencies: [
        "Coinslot", "Primitives", "Cryptography", "Sockets", "Lightning", "Actuators",
        .product(name: "Yams", package: "Yams"),
      ] + nio,
      exclude: ["Config/NetworkAccounts.swift"],
      sources: ["Config", "World/MasterKey.swift"],
      swiftSettings: seen
    ),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Primitives", "DeviceWire", "Coinslot", "Cryptography", "Sockets", "Nano", "Lightning", "Gateway", "Web",
        "Server",
        .product(name: "Yams", package: "Yams"),
      ] + nio,
      path: "Fuzzers",
      swiftSettings: house + [.unsafeFlags(["-parse-as-library"])]
    ),
  ]
)
