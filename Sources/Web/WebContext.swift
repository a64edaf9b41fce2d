public import Coinslot

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
    networks[chain]?.asset ?? (chain.network == "nano" ? .nano : nil)
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
