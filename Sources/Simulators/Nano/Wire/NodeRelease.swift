/// Which release of the node software the toy node behaves like: 15 to 28.
public struct NodeRelease: Hashable, Comparable, Sendable {
  /// The first number: the one by which the wire differs.
  public let major: Int
  /// The second number.
  public let minor: Int

  /// A release; the numbers are held between 15 and 28, and 0 and 9.
  public init(_ major: Int, _ minor: Int = 0) {
    self.major = max(15, min(major, 28))
    self.minor = max(0, min(minor, 9))
  }

  /// A release by its name: `V28.2`, `28.2`, `28`; nil for anything else or outside 15 to 28.
  public init?(_ name: some StringProtocol) {
    let numbers = name.drop { $0 == "V" || $0 == "v" }.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(numbers.count), let major = Int(numbers[0]), (15...28).contains(major) else { return nil }
    guard let minor = numbers.count == 1 ? 0 : Int(numbers[1]), (0...9).contains(minor) else { return nil }
    self.init(major, minor)
  }

  /// The newest known.
  public static let newest = NodeRelease(28, 2)

  /// The numbers as the node prints them: `28.2`.
  public var name: String { "\(major).\(minor)" }

  /// Whether it is older.
  public static func < (a: NodeRelease, b: NodeRelease) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}

extension NodeRelease {
  /// Accounts begin with `nano_`, `xrb_` before; callbacks name a subtype; there is a WebSocket.
  var speaksNano: Bool { major >= 19 }
  /// A callback follows only for blocks that arrived live a few minutes ago at most.
  var callsBackLiveOnly: Bool { major < 27 }

  var hasWebSocket: Bool { major >= 19 }
  var hasPing: Bool { major >= 20 }
  var hasUpdate: Bool { major >= 21 }
  var hasNewBlockTopic: Bool { major >= 21 }
  var hasSideband: Bool { major >= 24 }
  /// `new_unconfirmed_block` carries the hash beside the block.
  var namesNewBlocks: Bool { major >= 28 }

  /// `receivable` and its fields, beside `pending`, which is then marked deprecated.
  var hasReceivable: Bool { major >= 23 }
  var hasAccountsReceivable: Bool { major >= 24 }
  /// Receivable calls leave out unconfirmed sends unless told otherwise.
  var hidesUnconfirmed: Bool { major >= 22 }
  var hasIncludeConfirmed: Bool { major >= 22 }
  var hasSuccessor: Bool { major >= 23 }
  var historySaysConfirmed: Bool { major >= 23 }
  var hasReceiveHash: Bool { major >= 24 }
  var hasReverse: Bool { major >= 19 }
  var hasTelemetry: Bool { major >= 21 }
  /// `version` names the network.
  var namesNetwork: Bool { major >= 20 }

  /// Of the messages between nodes; told by `version` and `telemetry`.
  var protocolVersion: Int {
    switch major {
    case ..<16: 14
    case ..<17: 15
    case ..<19: 16
    case ..<21: 17
    case ..<23: 18
    case ..<26: 19
    case ..<28: 20
    default: 21
    }
  }

  /// Of the node's files; told by `version`.
  var storeVersion: Int {
    switch major {
    case ..<19: 13
    case ..<21: 14
    case ..<22: 18
    case ..<24: 21
    case ..<27: 22
    default: 24
    }
  }
}
