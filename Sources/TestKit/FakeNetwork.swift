package import Coinslot
import Synchronization

/// A network in memory: payments appear when a test says so, hints may be lost, doubled or late, the node may be away.
package final class FakeNetwork: PaymentNetwork, Sendable {
  private struct State {
    var payments: [(payment: Payment, isConfirmed: Bool)] = []
    var marks: [Account: Int] = [:]
    var health: SourceHealth = .ok
    var isAway = false
    var inbox: (any SightingInbox)?
    var watched: [Account: Amount] = [:]
    var verifications = 0
    var identity: String?
    var tales = Tales()
  }

  /// What the node tells otherwise than it is, in statements only.
  package struct Tales: Sendable {
    /// Payments it invents.
    package var invented: [Account: [StatementLine]] = [:]
    /// Payments it keeps to itself.
    package var hidden: Set<PaymentID> = []
    /// Amounts it tells wrongly, or (nil) not at all.
    package var amounts: [PaymentID: Amount?] = [:]
    /// What it cannot tell.
    package var gaps: [String] = []
  }

  private let state = Mutex(State())
  private let clock: any Clock
  package let chain: Chain
  package let asset = Asset.nano

  /// A network without payments.
  package init(chain: Chain = .nanoSim, clock: any Clock) {
    self.chain = chain
    self.clock = clock
  }

  package var health: SourceHealth { state.withLock { $0.isAway ? .degraded("node is away") : $0.health } }
  /// What is listened for.
  package var watched: [Account: Amount] { state.withLock { $0.watched } }
  /// How often a payment was looked at.
  package var verifications: Int { state.withLock { $0.verifications } }

  package func account(_ text: String) throws(AddressRefusal) -> Account {
    guard text.hasPrefix("nano_") else { throw AddressRefusal(reason: "an account begins with nano_") }
    return Account(chain: chain, canonical: text)
  }

  package func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String {
    "nano:\(account)" + (amount.map { "?amount=\($0)" } ?? "")
  }

  package func watch(_ accounts: [Account: Amount]) async { state.withLock { $0.watched = accounts } }

  package func listen(into inbox: any SightingInbox) async {
    state.withLock { $0.inbox = inbox }
    let bell = Bell()
    await bell.wait(past: .max)
  }

  package func genesis() async throws(VerificationFailure) -> String {
    try checkPresence()
    return "FAKE"
  }

  package func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    try checkPresence()
    let found = state.withLock { state in
      state.verifications += 1
      return state.payments.enumerated().first { $0.element.payment.id == sighting.id }
    }
    guard let found else { throw .refused("no such payment") }
    guard found.element.isConfirmed else { throw .notYet("unconfirmed") }
    guard found.element.payment.account == sighting.account else { throw .refused("pays another account") }
    return Verified(found.element.payment, isBeforeStart: found.offset < Self.count(mark.cursor))
  }

  package func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    try checkPresence()
    return state.withLock { state in
      let before = state.payments.map(\.payment).filter { $0.account == account }
      let cursor = Cursor(position: "\(state.payments.count)")
      return NewMark(
        mark: StartMark(account: account, genesis: "FAKE", takenAtMS: clock.nowMS, cursor: cursor),
        before: before
      )
    }
  }

  package func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure)
    -> Reread
  {
    try checkPresence()
    return state.withLock { state in
      let new = state.payments.dropFirst(Self.count(cursor)).filter { $0.isConfirmed && $0.payment.account == account }
      let firstOpen = state.payments.firstIndex { !$0.isConfirmed } ?? state.payments.count
      return Reread(
        sightings: new.map { Sighting(id: $0.payment.id, account: account, heardAtMS: clock.nowMS) },
        next: Cursor(position: "\(max(Self.count(cursor), firstOpen))")
      )
    }
  }

  package func identity() async throws(VerificationFailure) -> String {
    let genesis = try await genesis()
    return state.withLock { $0.identity } ?? genesis
  }

  package func statement(
    of account: Account,
    from cursor: Cursor,
    _ page: ([StatementLine]) async throws -> Void
  ) async throws -> [String] {
    let (lines, gaps) = state.withLock { state in
      // As a node would: what lies unclaimed is listed whenever it came, so all of it is.
      let own = state.payments.filter { $0.isConfirmed && $0.payment.account == account }.map(\.payment)
      let told = own.filter { !state.tales.hidden.contains($0.id) }
      let lines = told.map { payment in
        StatementLine(id: payment.id, amount: state.tales.amounts[payment.id] ?? payment.amount)
      }
      return (lines + (state.tales.invented[account] ?? []), state.tales.gaps)
    }
    // Short pages, so that readers meet several of them.
    for start in stride(from: 0, to: lines.count, by: 3) {
      try checkPresence()
      try await page(Array(lines[start..<min(start + 3, lines.count)]))
    }
    try checkPresence()
    return gaps
  }

  private static func count(_ cursor: Cursor) -> Int { Int(cursor.position) ?? 0 }

  private func checkPresence() throws(VerificationFailure) {
    if state.withLock({ $0.isAway }) { throw .unavailable("node is away") }
  }
}

extension FakeNetwork {
  /// Makes a payment happen; the hint is given `hints` times, 0 for a lost one.
  package func pay(_ payment: Payment, isConfirmed: Bool = true, hints: Int = 1) {
    let inbox = state.withLock { state in
      state.payments.append((payment, isConfirmed))
      return state.inbox
    }
    for _ in 0..<hints {
      _ = inbox?.hear(Sighting(id: payment.id, account: payment.account, heardAtMS: clock.nowMS))
    }
  }

  /// Changes what the node's statements tell.
  package func tell(_ change: (inout Tales) -> Void) { state.withLock { change(&$0.tales) } }

  /// Another node answers from now on.
  package func become(_ identity: String) { state.withLock { $0.identity = identity } }

  /// Makes a payment final.
  package func confirm(_ id: PaymentID) {
    state.withLock { state in
      if let index = state.payments.firstIndex(where: { $0.payment.id == id }) {
        state.payments[index].isConfirmed = true
      }
    }
  }

  /// Takes the node away or brings it back; coming back is told as a reconnection.
  package func setAway(_ isAway: Bool) {
    let inbox = state.withLock { state in
      state.isAway = isAway
      return state.inbox
    }
    if !isAway { inbox?.missedSome(of: chain) }
  }
}
