public import Coinslot
import NIOCore
import Nano
public import Primitives

// Payments and other blocks of the throw-away accounts.

/// What a throw-away account is to pay to whom.
public struct ToyPayment: Sendable {
  /// Who gets it.
  public var account: Bytes32
  /// How much.
  public var amount: Amount
  /// The index of the account that pays; the first one that has enough where nil.
  public var payer: Int?
  /// How long the vote takes, milliseconds; the usual time where nil.
  public var confirmMS: Int?
  /// Whether it is made with a retired block type.
  public var isLegacy: Bool

  /// A payment.
  public init(
    to account: Bytes32,
    _ amount: Amount,
    from payer: Int? = nil,
    confirmMS: Int? = nil,
    isLegacy: Bool = false
  ) {
    self.account = account
    self.amount = amount
    self.payer = payer
    self.confirmMS = confirmMS
    self.isLegacy = isLegacy
  }
}

extension NanoSimulator {
  /// Sends from a throw-away account to anyone.
  ///
  /// - Returns: The hash of the send, the payment's identity.
  /// - Throws: `ToyRefusal`.
  @discardableResult
  public func pay(to account: Bytes32, _ amount: Amount, from payer: Int? = nil) async throws -> Bytes32 {
    try await pay(ToyPayment(to: account, amount, from: payer))
  }

  /// Sends from a throw-away account to anyone.
  ///
  /// - Returns: The hash of the send, the payment's identity.
  /// - Throws: `ToyRefusal`.
  @discardableResult
  public func pay(_ payment: ToyPayment) async throws -> Bytes32 {
    try await make(.send(try await payer(of: payment), payment), payment.confirmMS)
  }

  /// Takes up one send, or all final ones that wait for a throw-away account.
  ///
  /// - Returns: The hashes of the receives.
  /// - Throws: `ToyRefusal`.
  @discardableResult
  public func pocket(_ index: Int, _ send: Bytes32? = nil, confirmMS: Int? = nil) async throws -> [Bytes32] {
    let key = try key(at: index)
    let sends: [Bytes32]
    if let send {
      sends = [send]
    } else {
      sends = try await onLoop { $0.ledger.receivable(for: key.account, onlyConfirmed: true).map(\.hash) }
    }
    var receives: [Bytes32] = []
    for send in sends { receives.append(try await make(.receive(key, send), confirmMS)) }
    return receives
  }

  /// Changes the representative of a throw-away account.
  ///
  /// - Throws: `ToyRefusal`.
  @discardableResult
  public func changeRepresentative(of index: Int, to representative: Bytes32) async throws -> Bytes32 {
    try await make(.change(try key(at: index), to: representative), nil)
  }

  /// Lifts an account to the next epoch: a block its owner did not sign.
  ///
  /// - Throws: `ToyRefusal`.
  @discardableResult
  public func upgrade(_ account: Bytes32, to epoch: Int) async throws -> Bytes32 {
    try await make(.upgrade(account, to: epoch), nil)
  }

  /// Two sends that cannot both be: one is shown, and after a time the network chooses the other.
  ///
  /// - Parameters:
  ///   - payment: What is shown.
  ///   - rival: Who gets the money in the other one; the payer itself where nil.
  ///   - switchMS: When the shown one is dropped for the other, on which the vote then begins; nil for never.
  /// - Returns: The hashes of both.
  /// - Throws: `ToyRefusal`.
  public func fork(
    _ payment: ToyPayment,
    rival: Bytes32? = nil,
    switchMS: Int?
  ) async throws -> (shown: Bytes32, rival: Bytes32) {
    let key = try await payer(of: payment)
    let work = try await work(for: key.account)
    return try await onLoop { node in
      let shown = try node.ledger.send(key, to: payment.account, amount: payment.amount, work: work)
      let other = try node.ledger.send(key, to: rival ?? key.account, amount: payment.amount, work: work)
      let hash = try node.ledger.process(shown, nowMS: node.nowMS)
      let rivalHash = try node.ledger.addRival(other)
      let confirmMS = payment.confirmMS ?? node.options.confirmMS
      // The vote on the shown one cannot end before the other wins.
      node.arrived(hash, switchMS.map { $0 + 60_000 } ?? confirmMS)
      guard let switchMS else { return (hash, rivalHash) }
      // Settled before that time another way, there is nothing left to do.
      node.later(switchMS) { node in try? node.settleFork(on: rivalHash, confirmMS) }
      return (hash, rivalHash)
    }
  }

  /// Lets the network choose the side of a fork that was not shown; the other is dropped.
  ///
  /// - Parameters:
  ///   - rival: The side that is chosen.
  ///   - confirmMS: How long the vote on it still takes; the usual time where nil.
  /// - Throws: `ToyRefusal.blockNotFound` where it does not wait, `.confirmed` where the other is final.
  public func settleFork(on rival: Bytes32, confirmMS: Int? = nil) async throws {
    try await onLoop { node in try node.settleFork(on: rival, confirmMS ?? node.options.confirmMS) }
  }

  /// Makes a block final at once.
  ///
  /// - Throws: `ToyRefusal.blockNotFound`.
  public func confirm(_ hash: Bytes32) async throws { try await onLoop { try $0.confirm(hash) } }

  /// Tells of a final block again, as nodes do.
  ///
  /// - Throws: `ToyRefusal.blockNotFound` for a block that is unknown or not final.
  public func announce(_ hash: Bytes32) async throws {
    try await onLoop { node in
      guard node.ledger[hash]?.isConfirmed == true else { throw ToyRefusal.blockNotFound }
      node.announce(hash, .activeConfirmationHeight, isRecorded: true)
    }
  }

  /// Throws away the contents of an account's final blocks but the last.
  ///
  /// - Throws: `ToyRefusal.accountNotFound`.
  @discardableResult
  public func prune(_ account: Bytes32) async throws -> Int { try await onLoop { try $0.ledger.prune(account) } }

  /// Serves real blocks from now on, and tells of them like of blocks that were just confirmed if asked to.
  ///
  /// - Throws: `PreloadRefusal`.
  @discardableResult
  public func preload(_ blocks: [PreloadedBlock], announces: Bool = false) async throws -> [Bytes32] {
    try await onLoop { node in
      let hashes = try node.ledger.preload(blocks, nowMS: node.nowMS)
      if announces { for hash in hashes { node.announce(hash, .activeQuorum, isRecorded: true) } }
      return hashes
    }
  }

  /// What an account owns and what waits for it, final or not.
  public func balance(of account: Bytes32) async throws -> (owned: Amount?, waiting: [(hash: Bytes32, amount: Amount)])
  {
    try await onLoop { node in
      let waiting = node.ledger.receivable(for: account, onlyConfirmed: false)
      return (node.ledger.balance(of: account), waiting.map { ($0.hash, $0.waiting.amount) })
    }
  }
}

extension NanoSimulator {
  func key(at index: Int) throws(ToyRefusal) -> ToyKey {
    guard accounts.indices.contains(index) else { throw .accountNotFound }
    return accounts[index]
  }

  private func payer(of payment: ToyPayment) async throws -> ToyKey {
    if let index = payment.payer { return try key(at: index) }
    let accounts = accounts
    let key = try await onLoop { node in
      accounts.first { node.ledger.balance(of: $0.account).map { $0 >= payment.amount } ?? false }
    }
    guard let key else { throw ToyRefusal.insufficientBalance }
    return key
  }

  /// Makes a block and sends it through the network.
  ///
  /// Work is found away from the event loop; where another block of the account came meanwhile it is found again, a few
  /// times.
  private func make(_ plan: Plan, _ confirmMS: Int?) async throws -> Bytes32 {
    var attempts = 0
    while true {
      let work = try await work(for: plan.account)
      do {
        return try await onLoop { node in
          let hash = try node.ledger.process(try plan.block(in: node.ledger, work: work), nowMS: node.nowMS)
          node.arrived(hash, confirmMS ?? node.options.confirmMS)
          return hash
        }
      } catch ToyRefusal.insufficientWork where attempts < 8 {
        attempts += 1
      }
    }
  }

  private func work(for account: Bytes32) async throws -> Work? {
    let (root, threshold) = try await onLoop { ($0.ledger.root(of: account), $0.ledger.workThreshold) }
    guard threshold > 0 else { return nil }
    return await ToyWork.foundAside(root: root, threshold: threshold)
  }
}

/// A block to be made once its work is found.
private enum Plan: Sendable {
  case send(ToyKey, ToyPayment)
  case receive(ToyKey, Bytes32)
  case change(ToyKey, to: Bytes32)
  case upgrade(Bytes32, to: Int)

  /// In whose chain.
  var account: Bytes32 {
    switch self {
    case .send(let key, _), .receive(let key, _), .change(let key, _): key.account
    case .upgrade(let account, _): account
    }
  }

  func block(in ledger: ToyLedger, work: Work?) throws(ToyRefusal) -> Block {
    switch self {
    case .send(let key, let payment) where payment.isLegacy:
      try ledger.legacySend(key, to: payment.account, amount: payment.amount)
    case .send(let key, let payment):
      try ledger.send(key, to: payment.account, amount: payment.amount, work: work)
    case .receive(let key, let send): try ledger.receive(key, send, work: work)
    case .change(let key, let representative): try ledger.change(key, to: representative, work: work)
    case .upgrade(let account, let epoch): try ledger.upgrade(account, to: epoch)
    }
  }
}
