public import Primitives

/// What a client asks a node on its WebSocket.
///
/// A node answers nothing at all to what it does not like, so ask for an acknowledgement and wait for it with a limit.
public struct SocketRequest: Hashable, Sendable {
  /// What is wanted.
  public var action: Action
  /// Of which topic; nil for a ping.
  public var topic: String?
  /// Whether the node shall say that it did it.
  ///
  /// A ping is always answered.
  public var wantsAck: Bool
  /// A name that comes back with the acknowledgement.
  public var id: String?
  /// Which notices to send; nil for all of the topic.
  public var options: Options?

  /// What a client can want.
  public enum Action: String, Hashable, Sendable {
    /// Notices from now on. Asking again replaces the options.
    case subscribe
    /// No more notices.
    case unsubscribe
    /// Other accounts (version 21 and later). In silence it does nothing to a subscription made without options.
    case update
    /// A sign of life (version 20 and later).
    case ping
  }

  /// Which confirmations to send.
  public struct Options: Hashable, Sendable {
    /// Accounts of which each notice must name one, as payer or as payee.
    ///
    /// Legacy blocks never pass this filter.
    public var accounts: [Bytes32]?
    /// Accounts to add with an update.
    public var accountsAdd: [Bytes32]?
    /// Accounts to take away with an update.
    public var accountsDelete: [Bytes32]?
    /// Which ways to become final; leave it nil, every other choice loses payments.
    public var confirmationType: String?
    /// Whether the block comes along; a node does if not told.
    ///
    /// Without it no account filter lets anything through.
    public var includeBlock: Bool?
    /// Whether the vote is described.
    public var includeElectionInfo: Bool?
    /// Whether the votes themselves come along.
    public var includeVotes: Bool?
    /// Whether the accounts of the node's own wallets count as named.
    public var allLocalAccounts: Bool?
    /// Whether the block's height comes along (version 24 and later).
    public var includeSidebandInfo: Bool?

    /// Options, none set unless given.
    public init(
      accounts: [Bytes32]? = nil,
      accountsAdd: [Bytes32]? = nil,
      accountsDelete: [Bytes32]? = nil,
      confirmationType: String? = nil,
      includeBlock: Bool? = nil,
      includeElectionInfo: Bool? = nil,
      includeVotes: Bool? = nil,
      includeSidebandInfo: Bool? = nil,
      allLocalAccounts: Bool? = nil
    ) {
      self.accounts = accounts
      self.accountsAdd = accountsAdd
      self.accountsDelete = accountsDelete
      self.confirmationType = confirmationType
      self.includeBlock = includeBlock
      self.includeElectionInfo = includeElectionInfo
      self.includeVotes = includeVotes
      self.includeSidebandInfo = includeSidebandInfo
      self.allLocalAccounts = allLocalAccounts
    }
  }

  /// The topic of confirmed blocks.
  public static let confirmation = "confirmation"
  /// The topic of blocks seen and not confirmed.
  public static let newUnconfirmedBlock = "new_unconfirmed_block"

  /// A request of its parts.
  public init(
    _ action: Action,
    topic: String? = nil,
    wantsAck: Bool = false,
    id: String? = nil,
    options: Options? = nil
  ) {
    self.action = action
    self.topic = topic
    self.wantsAck = wantsAck
    self.id = id
    self.options = options
  }
}

extension SocketRequest {
  /// Asks for the confirmations of these accounts, or of every block where nil; acknowledged.
  ///
  /// An empty list is a filter nothing passes.
  public static func confirmations(of accounts: [Bytes32]?, id: String) -> SocketRequest {
    SocketRequest(
      .subscribe,
      topic: confirmation,
      wantsAck: true,
      id: id,
      options: accounts.map { Options(accounts: $0) }
    )
  }

  /// Adds accounts to and takes accounts from a subscription made with `confirmations(of:id:)`; acknowledged.
  public static func update(adding: [Bytes32], removing: [Bytes32], id: String) -> SocketRequest {
    SocketRequest(
      .update,
      topic: confirmation,
      wantsAck: true,
      id: id,
      options: Options(
        accountsAdd: adding.isEmpty ? nil : adding,
        accountsDelete: removing.isEmpty ? nil : removing
      )
    )
  }

  /// Asks for a sign of life.
  public static func ping(id: String? = nil) -> SocketRequest { SocketRequest(.ping, id: id) }

  /// Whether this acknowledgement answers this request.
  public func isAnswered(by ack: SocketAck) -> Bool {
    guard ack.id == id else { return false }
    return action == .ping ? ack.isPong : wantsAck && ack.action == action.rawValue
  }

  /// The acknowledgement a node sends where it does what was asked; nil where it does so in silence.
  public func ack(timeMS: Int64) -> SocketAck? {
    guard action == .ping || wantsAck else { return nil }
    return SocketAck(action: action == .ping ? "pong" : action.rawValue, timeMS: timeMS, id: id)
  }
}
