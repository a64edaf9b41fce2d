/// How a toy Lightning node is started.
public struct LightningSimulatorOptions: Sendable {
  /// Where its socket, certificate, macaroon and books are: `lightning-rpc`, `tls.cert`, `tls.key`, `invoice.macaroon`,
  /// `books.json`.
  ///
  /// A node that is started again in the same folder goes on where it was. Nil: a fresh folder that goes at the end.
  public var folder: String?
  /// The permissions of Core Lightning's socket; the option `rpc-file-mode` of a real node.
  public var socketMode: UInt32 = 0o600
  /// Where LND's REST listens: an IP address or `localhost`.
  public var host = "127.0.0.1"
  /// The port of LND's REST; 0 lets the system choose, nil leaves it out.
  public var lndPort: Int? = 0
  /// What LND's REST shows.
  public var lndCertificate = ToyTLS.made
  /// What LND's macaroon allows, as `entity:action`.
  public var macaroonPermissions = ["invoices:read", "invoices:write", "info:read"]
  /// The port of the control endpoint, on 127.0.0.1 always; 0 lets the system choose, nil leaves it out.
  public var controlPort: Int? = 0
  /// `bitcoin`, `testnet`, `testnet4`, `signet`, `regtest`.
  public var network = "regtest"
  /// Its name for people.
  public var alias = "coinslot-toy"
  /// Whence its key and preimages come; nil: another one each time, so that no two runs make an invoice of the same
  /// hash.
  public var seed: UInt64?
  /// Ways for money to come in.
  public var channels = [ToyChannel(block: 112, receivableMsat: 3_943_688_084)]
  /// Whether all ways in go through one peer, of which a node warns with every invoice.
  public var hasSinglePeer = false
  /// The height of its chain at the start.
  public var height: UInt32 = 118
  /// How long it says after a start that it is still catching up with the chain, milliseconds.
  public var catchUpMS = 0
  /// What is wrong with it from the start.
  public var faults = LightningFaults()
  /// The most connections to each of its doors; more are closed at once.
  public var maxConnections = 256
  /// The longest request, bytes.
  public var maxRequestBytes = 4 << 20
  /// The most requests that wait for a payment; as in a real node those of closed connections count too.
  public var maxWaiters = 10_000

  /// The defaults: regtest, a fresh folder, ports chosen by the system, no faults.
  public init() {}
}

/// What a toy Lightning node has done so far.
public struct LightningSimulatorCounts: Hashable, Sendable {
  /// Requests to Core Lightning's socket, malformed ones too.
  public var coreRequests = 0
  /// Requests to LND's REST.
  public var lndRequests = 0
  /// Payments received.
  public var payments = 0
  /// Requests that wait for a payment now.
  public var waiters = 0
  /// LND streams open now.
  public var streams = 0
  /// Times the books could not be written to their file.
  public var fileFailures = 0
}
