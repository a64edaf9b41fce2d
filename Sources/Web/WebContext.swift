public import Coinslot
package import Primitives
package import Sockets

/// Everything the pages and the API need of the rest of the server.
public struct WebContext: Sendable {
  /// The durable record.
  public let ledger: any Ledger
  /// What is for sale and how it stands.
  public let storefront: any Storefront
  /// What an operator may do with machines.
  public let workshop: any Workshop
  /// What is known of connected devices.
  public let presence: any Presence
  /// The chains that are listened to.
  public let networks: [Chain: any PaymentNetwork]
  /// Rung when there is news.
  public let bell: Bell
  /// Where hints of money are noted before anything is proven.
  public let hints: HintBoard
  /// Time.
  public let clock: any Clock
  /// Chance.
  public let entropy: any Entropy
  /// The hash of the admin token that counts now (`AdminToken.hash(of:)`); nil where there is none, and then the API
  /// answers nobody.
  public let adminTokenHash: @Sendable () async throws -> String?
  /// Whether this server can do its work, one answer a check; asked at most once a second.
  public let readiness: @Sendable () async -> [ReadinessCheck]
  /// Settings that do not change while the server runs.
  public let settings: WebSettings
  /// What is counted, and shown at `/metrics`.
  package var metrics = StandardMetrics()
  /// The hash of the token that opens `/metrics` and nothing else (`AdminToken.hash(of:)`); nil where there is none.
  package var metricsTokenHash: String?
  /// Makes another admin token, lays it where the owner of the machine finds it, and gives it; nil where this server
  /// cannot.
  package var rotateToken: (@Sendable (AuditLine) async throws -> String)?
  /// Compares the ledger with the nodes and gives the answer of `GET /v1/audit`; nil where this server cannot.
  package var audit: (@Sendable () async -> JSONValue)?
  /// The nodes behind the networks, and taking another one for the right one; nil where this server cannot.
  package var sources: SourceDesk?
  /// Answers wallets that pay by a link or an address; nil where no network offers that.
  package var payDesk: (any PayDesk)?
  /// Keeps every client of the public port within its limits; nil: no limits.
  package var clients: ClientGate?

  /// Microseconds for the rates of clients.
  var rateClock: @Sendable () -> Int64 { { [clock] in clock.nowMS * 1_000 } }

  /// The context of a server; without `hints` nobody notes any, and pages tell of a payment once it is recorded.
  public init(
    ledger: any Ledger,
    storefront: any Storefront,
    workshop: any Workshop,
    presence: any Presence,
    networks: [Chain: any PaymentNetwork],
    bell: Bell,
    hints: HintBoard? = nil,
    clock: any Clock,
    entropy: any Entropy,
    adminTokenHash: @escaping @Sendable () async throws -> String?,
    readiness: @escaping @Sendable () async -> [ReadinessCheck],
    settings: WebSettings
  ) {
    self.ledger = ledger
    self.storefront = storefront
    self.workshop = workshop
    self.presence = presence
    self.networks = networks
    self.bell = bell
    self.hints = hints ?? HintBoard(bell: bell)
    self.clock = clock
    self.entropy = entropy
    self.adminTokenHash = adminTokenHash
    self.readiness = readiness
    self.settings = settings
  }

  /// The asset that is paid on a chain; nil where no such network is configured any more.
  func asset(of chain: Chain) -> Asset? {
    networks[chain]?.asset ?? ["nano": Asset.nano, "lightning": .satoshi][chain.network]
  }
}

/// Settings of pages and API that do not change while the server runs.
public struct WebSettings: Sendable {
  /// How the world reaches this server, without a slash at the end: `https://pay.example.org`.
  public let publicURL: String
  /// The number of this ledger; an event's id starts with it, so a restored or new ledger is noticed.
  public let ledgerEpoch: String
  /// The data folder, where a backup is written before it is sent.
  public let backupFolder: String
  /// What the simulation's banner says besides; nil for its usual words.
  public let simulationNote: String?
  /// Peers whose last `X-Forwarded-For` entry is believed: addresses, ranges, `loopback`, `private`.
  public let trustedProxies: Set<String>
  /// A stream's sign of life, milliseconds.
  public let heartbeatMS: Int64
  /// How long a stream lives before the client has to come back, milliseconds.
  public let streamLifeMS: Int64
  /// How many streams an operator may have at once; beyond it a new one is told to come back.
  public let greatestEventStreams: Int
  /// How many customers' pages may be live at once; beyond it a page looks again by itself.
  public let greatestLivePages: Int
  /// Further names, `host` or `host:port`, under which browsers may reach us, besides `publicURL`, addresses, and names
  /// that only a local network knows.
  public var names: [String] = []
  /// Quotes that one client may ask for in ten minutes; 0: no limit.
  ///
  /// How many it may have open is the ledger's rule.
  public var quotesPerClient = 60
  /// Invoices that one client's wallets may ask for in ten minutes; 0: no limit.
  public var invoicesPerClient = 120
  /// Wrong tokens that one client may show in ten minutes until it is answered 429; 0: no limit.
  public var tokenFailuresPerClient = 20

  /// The time of slow rates, milliseconds.
  static let longRateMS: Int64 = 600_000

  /// The settings; the numbers have good values unless told otherwise.
  public init(
    publicURL: String,
    ledgerEpoch: String,
    backupFolder: String,
    simulationNote: String? = nil,
    trustedProxies: Set<String> = [],
    heartbeatMS: Int64 = 15_000,
    streamLifeMS: Int64 = 900_000,
    greatestEventStreams: Int = 64,
    greatestLivePages: Int = 1_024
  ) {
    self.publicURL = publicURL
    self.ledgerEpoch = ledgerEpoch
    self.backupFolder = backupFolder
    self.simulationNote = simulationNote
    self.trustedProxies = trustedProxies
    self.heartbeatMS = heartbeatMS
    self.streamLifeMS = streamLifeMS
    self.greatestEventStreams = greatestEventStreams
    self.greatestLivePages = greatestLivePages
  }
}

/// What an operator may ask of the nodes.
package struct SourceDesk: Sendable {
  /// A node as it is known and as it is.
  package struct Node: Hashable, Sendable {
    /// The node that is known; nil before the first.
    package let kept: String?
    /// The node that answers now.
    package let now: String
    /// Whether the two can be the same.
    package let isSame: Bool

    /// A node.
    package init(kept: String?, now: String, isSame: Bool) {
      self.kept = kept
      self.now = now
      self.isSame = isSame
    }
  }

  /// Why nothing that a chain's node says is believed; nil where it is.
  let obstacle: @Sendable (Chain) -> String?
  /// Asks the node of a chain who it is; throws `VerificationFailure` where it does not answer.
  let look: @Sendable (Chain) async throws -> Node
  /// Takes the node that answers now for the right one, and reads anew; gives its name.
  let accept: @Sendable (Chain, AuditLine) async throws -> String

  /// A desk over these.
  package init(
    obstacle: @escaping @Sendable (Chain) -> String?,
    look: @escaping @Sendable (Chain) async throws -> Node,
    accept: @escaping @Sendable (Chain, AuditLine) async throws -> String
  ) {
    self.obstacle = obstacle
    self.look = look
    self.accept = accept
  }
}

/// One thing a server needs to work, and whether it has it.
public struct ReadinessCheck: Hashable, Sendable {
  /// What was looked at, `ledger_write`.
  public let name: String
  /// How it is.
  public let state: State

  /// How a check went.
  public enum State: Hashable, Sendable {
    /// Good.
    case ok
    /// Works, but not as well as it should; the server stays in service.
    case degraded(String)
    /// Does not work; the server is not ready.
    case failed(String)
  }

  /// A check and how it went.
  public init(name: String, state: State) {
    self.name = name
    self.state = state
  }
}
