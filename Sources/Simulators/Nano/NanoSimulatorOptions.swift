import Coinslot

/// How a toy node is started.
public struct NanoSimulatorOptions: Sendable {
  /// Where RPC and WebSocket listen: an IP address or `localhost`.
  public var host = "127.0.0.1"
  /// The port of RPC; 0 lets the system choose.
  public var rpcPort = 0
  /// The port of the WebSocket; 0 lets the system choose.
  ///
  /// Unused before release 19, which has none.
  public var webSocketPort = 0
  /// The port of the control endpoint, on 127.0.0.1 always; 0 lets the system choose, nil leaves it out.
  public var controlPort: Int? = 0
  /// Where confirmed blocks are posted, `http://127.0.0.1:7090/callback/`; nil for nowhere.
  public var callbackURL: String?
  /// Which release of the node to be.
  public var release = NodeRelease.newest
  /// How its ledger begins.
  ///
  /// Its salt is another one each time unless it is set, so that no two runs make a payment of the same hash.
  public var ledger = ToyLedger.Setup(salt: .random(in: .min ... .max))
  /// Real blocks to serve from the start.
  public var preload: [PreloadedBlock] = []
  /// What is wrong with it from the start.
  public var faults = NanoFaults()
  /// Whence its luck comes.
  public var chanceSeed: UInt64 = 1
  /// How long a vote takes, milliseconds.
  public var confirmMS = 200
  /// The longest RPC request, bytes.
  public var maxRequestBytes = 32 << 20
  /// The most connections to each of its ports; more are closed at once.
  public var maxConnections = 256
  /// The most callbacks under way at a time; others wait.
  public var maxCallbacks = 32
  /// The most callbacks and messages that wait to be sent or to be late; more are dropped, and counted as such.
  public var maxWaiting = 20_000

  /// The defaults: newest release, ports chosen by the system, no callback, no faults.
  public init() {}
}

/// What a toy node has done so far.
public struct NanoSimulatorCounts: Hashable, Sendable {
  /// RPC requests answered.
  public var requests = 0
  /// Callbacks that were answered with 2xx.
  public var callbacksDelivered = 0
  /// Callbacks that failed: no connection, no answer, another answer.
  ///
  /// They are never tried again.
  public var callbacksFailed = 0
  /// Callbacks that a fault or a bound dropped.
  public var callbacksDropped = 0
  /// WebSocket subscriptions made or made anew, and changes of them, that were acknowledged.
  public var subscriptions = 0, updates = 0
  /// WebSocket messages sent, acknowledgements not counted.
  public var messagesSent = 0
  /// WebSocket messages that a fault or a bound dropped.
  public var messagesDropped = 0
}
