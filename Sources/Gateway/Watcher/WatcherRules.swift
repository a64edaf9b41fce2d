public import Coinslot
public import Primitives

/// What clients of `/call` may do, and how long they are waited for.
public struct WatcherRules: Sendable {
  /// The least amount worth telling of: 10²⁴ raw, below which an old client misreads what it got.
  public static let usualLeast = Amount(1_000_000_000_000_000_000_000_000)

  /// The least amount told of where an address has no own.
  public var least = WatcherRules.usualLeast
  /// The least amount for single addresses.
  public var leastByKey: [Bytes32: Amount] = [:]
  /// Keys that registrations must show; empty: nobody needs one.
  public var keys: [WatcherKey] = []
  /// Connections at once; fewer than the listener takes, so that the node always finds room.
  public var connections = 15_000
  /// Addresses one connection may wait for.
  public var addressesPerConnection = 64
  /// Addresses that all connections together may wait for.
  public var addresses = 1_000_000
  /// How long a connection may say nothing at first, milliseconds.
  public var firstFrameWithinMS: Int64 = 60_000
  /// How often a quiet connection is pinged on the protocol's level, milliseconds.
  public var pingEveryMS: Int64 = 240_000
  /// After how long without any sign of life a connection is closed, milliseconds.
  ///
  /// An old client may sleep for an hour inside its own work and must find its connection afterwards.
  public var goneAfterMS: Int64 = 75 * 60_000
  /// Bytes that may wait for a slow client before it is dropped.
  public var outboundBytes = 1 << 20

  /// The usual rules.
  public init() {}

  /// The least amount told of for an address.
  func least(for key: Bytes32) -> Amount { leastByKey[key] ?? least }
}

/// What a client of `/call` must show as `api_key`, and what that allows; the key itself is not kept.
public struct WatcherKey: Sendable {
  /// What the operator calls it.
  public let name: String
  /// Connections that may use it at once.
  public let connections: Int
  /// Addresses that all of them together may wait for.
  public let addresses: Int
  private let digest: Bytes32

  /// A key.
  public init(name: String, key: String, connections: Int = 16, addresses: Int = 256) {
    self.name = name
    self.connections = connections
    self.addresses = addresses
    digest = WatcherKey.digest(of: Array(key.utf8))
  }

  /// Which of the keys is shown, if any; all are compared, whichever fits.
  static func index(of shown: [UInt8], among keys: [WatcherKey]) -> Int? {
    let digest = digest(of: shown)
    var found: Int?
    // Of digests, and in constant time, so nothing tells how near a guess was.
    for (index, key) in keys.enumerated() where equalInConstantTime(key.digest.bytes, digest.bytes) { found = index }
    return found
  }

  private static func digest(of key: [UInt8]) -> Bytes32 { Bytes32(SHA256.digest(of: key)) ?? .zero }
}
