import Coinslot

/// The networks that a slot can take money on, by their words in the configuration.
enum PayNetwork: String, CaseIterable {
  case nano, lightning

  var asset: Asset {
    switch self {
    case .nano: .nano
    case .lightning: .satoshi
    }
  }

  /// An amount that a person might write.
  var example: String {
    switch self {
    case .nano: "0.1 XNO"
    case .lightning: "21 sat"
    }
  }

  /// How a slot names where it takes money there.
  var pay: String {
    switch self {
    case .nano: "nano: nano_1…"
    case .lightning: "lightning: true"
    }
  }

  /// How to configure it.
  var setup: String {
    switch self {
    case .nano: "nano: { rpc: \"http://[::1]:7076\" }"
    case .lightning:
      "lightning: { core_lightning: { clnrest: https://127.0.0.1:3010, rune_file: ./keys/cln.rune } }"
    }
  }

  /// Networks that a later version will take.
  static let later = ["nyzo", "waves"]
  /// Why those are refused.
  static let laterWords =
    "this network is not supported by this version, which knows \(allCases.map(\.rawValue).joined(separator: " and "))"
}

/// What slots need to know of the networks that are configured.
struct PayNetworks {
  let chains: [String: Chain]
  /// The networks that the file names; one without a chain has told of its mistake.
  let written: [String]
  /// Whether Lightning's node knows nothing smaller than a satoshi.
  let takesWholeSatoshi: Bool

  init(_ config: Config, written: [String]) {
    chains = config.chains
    self.written = written
    takesWholeSatoshi = config.lightning?.takesWholeSatoshi ?? false
  }

  func chain(of network: PayNetwork) -> Chain? { chains[network.rawValue] }
}

extension ConfigReader {
  /// The networks section; each network it may name is read in a file of its own.
  func networks(_ section: ConfigSection, into config: inout Config) {
    section.refuse(PayNetwork.later, because: PayNetwork.laterWords)
    config.nano = section.section("nano", like: PayNetwork.nano.setup).map { nano($0, server: config.server) }
    config.lightning = section.section("lightning", like: PayNetwork.lightning.setup).flatMap { lightning($0) }
    section.end()
  }
}
