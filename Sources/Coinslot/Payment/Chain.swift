/// A network and which of its ledgers: `nano:live`, `nano:sim`.
public struct Chain: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The text, network and ledger joined by a colon.
  public let rawValue: String

  /// A chain by its text; nil unless it is two words of `a–z 0–9 -` around a colon (`waves:W` may have capitals).
  public init?(rawValue: String) {
    let parts = rawValue.split(separator: ":", omittingEmptySubsequences: false)
    let isWord = { (part: Substring) in
      !part.isEmpty
        && part.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d }
    }
    guard parts.count == 2, parts.allSatisfy(isWord) else { return nil }
    self.rawValue = rawValue
  }

  private init(known: String) { rawValue = known }

  /// The Nano network where XNO has value.
  public static let nanoLive = Chain(known: "nano:live")
  /// A toy Nano network; never revenue.
  public static let nanoSim = Chain(known: "nano:sim")

  /// The network: the text before the colon.
  public var network: String { String(rawValue.prefix { $0 != ":" }) }
  /// Whether money here is a toy and must never be counted as revenue.
  public var isSimulation: Bool { rawValue.hasSuffix(":sim") }
  /// The text.
  public var description: String { rawValue }
}

/// Where money arrives: an address on a chain, in the chain's one canonical spelling.
public struct Account: Hashable, Sendable, CustomStringConvertible {
  /// The chain the address belongs to.
  public let chain: Chain
  /// The canonical spelling (`nano_…`); made by the chain's `PaymentNetwork`, so equal texts are equal accounts.
  public let address: String

  /// An account whose address is already canonical.
  public init(chain: Chain, canonical address: String) {
    self.chain = chain
    self.address = address
  }

  /// The address.
  public var description: String { address }
}
