public import Primitives

/// What is wrong with the toy node, all off at first.
///
/// Changed at run time; the seed of chance stays.
public struct NanoFaults: Hashable, Sendable {
  /// Callbacks and WebSocket messages come this much late, in milliseconds; at most ten minutes.
  public var lateMS = 0
  /// RPC answers come this much late, in milliseconds; at most ten minutes.
  public var rpcLateMS = 0
  /// How many of a hundred callbacks get lost.
  public var dropCallbacks = 0
  /// How many of a hundred WebSocket messages get lost.
  public var dropMessages = 0
  /// How many of a hundred callbacks and messages come twice.
  public var duplicate = 0
  /// Callbacks and messages are held back by chance, by up to this many milliseconds, so that they overtake each other.
  public var reorderMS = 0
  /// Connections are accepted and questions read, and nothing is ever answered.
  public var silent = false
  /// Nothing listens on the ports of RPC and WebSocket.
  public var refuse = false
  /// RPC lives, but the WebSocket says nothing more, and new connections to it get no answer.
  public var webSocketDead = false
  /// No block is ever confirmed.
  public var neverConfirm = false
  /// What `telemetry` tells: many blocks not yet final, and no peers.
  public var outOfSync = false
  /// `version` and `telemetry` name another network.
  public var wrongGenesis = false
  /// Receivable calls say that nothing waits.
  public var hideReceivable = false
  /// Where amounts are told a thousandfold.
  public var wrongAmount: Channels = []
  /// Where blocks come with a signature that nobody made.
  public var wrongSignature: Channels = []
  /// Where a block and the hash beside it, or the hash asked for, are not the same block.
  public var wrongHash: Channels = []
  /// RPC replies end in the middle, and the connection with them.
  public var halfReplies = false
  /// RPC replies are no JSON.
  public var garbage = false

  /// A node without faults.
  public init() {}

  /// Ways to hear from a node.
  public struct Channels: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// A set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The HTTP callback.
    public static let callback = Channels(rawValue: 1)
    /// The WebSocket.
    public static let webSocket = Channels(rawValue: 2)
    /// RPC.
    public static let rpc = Channels(rawValue: 4)
    /// All of them.
    public static let all: Channels = [.callback, .webSocket, .rpc]
  }
}

extension NanoFaults {
  /// Changes what a JSON object names, and leaves the rest.
  ///
  /// Keys are `late_ms`, `rpc_late_ms`, `drop_callbacks`, `drop_messages`, `duplicate`, `reorder_ms`, `silent`, `refuse`,
  /// `websocket_dead`, `never_confirm`, `out_of_sync`, `wrong_genesis`, `hide_receivable`, `wrong_amount`,
  /// `wrong_signature`, `wrong_hash`, `half_replies`, `garbage`. The `wrong_` ones take yes or no, or a list of
  /// `callback`, `websocket`, `rpc`.
  ///
  /// - Throws: `FaultRefusal`; nothing has changed then.
  public mutating func apply(_ value: JSONValue) throws(FaultRefusal) {
    guard let members = value.object else { throw .notAnObject }
    var changed = self
    for member in members { try changed.set(member.key, member.value) }
    self = changed
  }

  private mutating func set(_ key: String, _ value: JSONValue) throws(FaultRefusal) {
    switch key {
    case "late_ms": lateMS = try NanoFaults.number(key, value, 0...600_000)
    case "rpc_late_ms": rpcLateMS = try NanoFaults.number(key, value, 0...600_000)
    case "reorder_ms": reorderMS = try NanoFaults.number(key, value, 0...600_000)
    case "drop_callbacks": dropCallbacks = try NanoFaults.number(key, value, 0...100)
    case "drop_messages": dropMessages = try NanoFaults.number(key, value, 0...100)
    case "duplicate": duplicate = try NanoFaults.number(key, value, 0...100)
    case "silent": silent = try NanoFaults.truth(key, value)
    case "refuse": refuse = try NanoFaults.truth(key, value)
    case "websocket_dead": webSocketDead = try NanoFaults.truth(key, value)
    case "never_confirm": neverConfirm = try NanoFaults.truth(key, value)
    case "out_of_sync": outOfSync = try NanoFaults.truth(key, value)
    case "wrong_genesis": wrongGenesis = try NanoFaults.truth(key, value)
    case "hide_receivable": hideReceivable = try NanoFaults.truth(key, value)
    case "half_replies": halfReplies = try NanoFaults.truth(key, value)
    case "garbage": garbage = try NanoFaults.truth(key, value)
    case "wrong_amount": wrongAmount = try NanoFaults.channels(key, value)
    case "wrong_signature": wrongSignature = try NanoFaults.channels(key, value)
    case "wrong_hash": wrongHash = try NanoFaults.channels(key, value)
    default: throw .unknown(key)
    }
  }

  private static func number(_ key: String, _ value: JSONValue, _ range: ClosedRange<Int>) throws(FaultRefusal) -> Int {
    guard let number = value.int, range.contains(number) else { throw .badValue(key) }
    return number
  }

  private static func truth(_ key: String, _ value: JSONValue) throws(FaultRefusal) -> Bool {
    guard let truth = value.bool else { throw .badValue(key) }
    return truth
  }

  private static func channels(_ key: String, _ value: JSONValue) throws(FaultRefusal) -> Channels {
    if let truth = value.bool { return truth ? .all : [] }
    guard let list = value.array else { throw .badValue(key) }
    var channels: Channels = []
    for element in list {
      guard let word = element.string, let channel = names.first(where: { $0.name == word })?.channel else {
        throw .badValue(key)
      }
      channels.insert(channel)
    }
    return channels
  }

  private static let names: [(name: String, channel: Channels)] = [
    ("callback", .callback), ("websocket", .webSocket), ("rpc", .rpc),
  ]

  /// The faults as `apply(_:)` reads them, every key there.
  public var json: JSONValue {
    func list(_ channels: Channels) -> JSONValue {
      .array(NanoFaults.names.filter { channels.contains($0.channel) }.map { .string($0.name) })
    }
    return [
      "late_ms": .number(lateMS), "rpc_late_ms": .number(rpcLateMS), "drop_callbacks": .number(dropCallbacks),
      "drop_messages": .number(dropMessages),
      "duplicate": .number(duplicate), "reorder_ms": .number(reorderMS), "silent": .bool(silent),
      "refuse": .bool(refuse), "websocket_dead": .bool(webSocketDead), "never_confirm": .bool(neverConfirm),
      "out_of_sync": .bool(outOfSync), "wrong_genesis": .bool(wrongGenesis), "hide_receivable": .bool(hideReceivable),
      "wrong_amount": list(wrongAmount), "wrong_signature": list(wrongSignature), "wrong_hash": list(wrongHash),
      "half_replies": .bool(halfReplies), "garbage": .bool(garbage),
    ]
  }
}

/// Why faults were not set.
public enum FaultRefusal: Error, Hashable, Sendable {
  /// Not a JSON object.
  case notAnObject
  /// No such fault.
  case unknown(String)
  /// The value is of another kind, or out of range.
  case badValue(String)
}
