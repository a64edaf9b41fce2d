import AsyncHTTPClient
import Coinslot
import Logging
import Nano
import Primitives
import Server
import Sockets
import Synchronization

/// Payments straight from a node, verified here with the same code as the server's.
struct NodeListening {
  let node: String
  /// The node's RPC; nil: what is printed is not confirmed.
  let rpc: String?
  let chain: Chain
  let accounts: [Account]

  /// Hints that wait to be verified; beyond it they are dropped, and the next re-read finds them.
  private static let waiting = 1_000
  /// How often a payment that is not final is asked for, every two seconds.
  private static let attempts = 30

  func run(_ printer: PaymentPrinter) async throws {
    let endpoint: Endpoint
    do { endpoint = try Endpoint(parsing: node) } catch {
      throw Failure(.usage, "\"\(node)\" is no WebSocket address", hint: "such as ws://[::1]:7078")
    }
    guard endpoint.scheme == .ws else {
      throw Failure(.usage, "this version speaks ws:// only", hint: "end the TLS in a tunnel on this machine")
    }
    // What happens here is printed; the network's own log would only repeat it.
    let log = Logger(label: "coinslot.listen") { _ in SwiftLogNoOpLogHandler() }
    let network = NanoNetwork(
      NanoConfig(chain: chain, rpc: rpc ?? "http://127.0.0.1:9", webSocket: endpoint),
      client: .shared,
      clock: WallClock(),
      log: log
    )
    await network.watch(Dictionary(accounts.map { ($0, Amount(1)) }, uniquingKeysWith: { first, _ in first }))
    let (news, inbox) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(Self.waiting))
    network.tellWatchers(Ears(news: rpc == nil ? inbox : nil))
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        let marks = try await begin(network)
        group.addTask { await network.listen(into: Inbox(news: rpc == nil ? nil : inbox)) }
        group.addTask { try await take(news, network, marks, printer) }
        Standard.error("Listening at \(node)." + (rpc == nil ? " No proof of finality." : ""))
        try await group.next()
      }
    } catch is PaymentPrinter.Enough {}
  }

  /// Where each account stands now: what was paid before is not printed.
  private func begin(_ network: NanoNetwork) async throws -> [Account: StartMark] {
    guard rpc != nil else { return [:] }
    var marks: [Account: StartMark] = [:]
    for account in accounts {
      do throws(VerificationFailure) { marks[account] = try await network.mark(account, least: Amount(1)).mark } catch {
        throw Failure(
          .cannotConnect,
          "the node cannot be asked: \(error.words)",
          hint: "is its RPC at \(rpc ?? "")? --rpc names another"
        )
      }
    }
    return marks
  }

  private func take(
    _ news: AsyncStream<News>,
    _ network: NanoNetwork,
    _ marks: [Account: StartMark],
    _ printer: PaymentPrinter
  ) async throws {
    var cursors = marks.mapValues(\.cursor)
    for await item in news {
      switch item {
      case .transfer(let transfer):
        try printer.tell(
          facts("payment.detected", transfer.sighting.id, transfer.sighting.account, transfer.amount, payer: nil)
        )
      case .sighting(let sighting):
        guard let mark = marks[sighting.account] else { continue }
        try await verify(sighting, network, mark, printer)
      case .missed:
        for (account, cursor) in cursors {
          guard let found = try? await network.reread(account, from: cursor, least: Amount(1)),
            let mark = marks[account]
          else { continue }
          for gap in found.gaps { Standard.error("coinslot: \(Standard.plain(gap))") }
          for sighting in found.sightings { try await verify(sighting, network, mark, printer) }
          cursors[account] = found.next
        }
      }
    }
  }

  /// Asks until the payment is final, for a minute at most.
  private func verify(
    _ sighting: Sighting,
    _ network: NanoNetwork,
    _ mark: StartMark,
    _ printer: PaymentPrinter
  ) async throws {
    var found: Payment?
    for attempt in 1...Self.attempts {
      let failure: VerificationFailure
      do throws(VerificationFailure) {
        let verified = try await network.verify(sighting, since: mark)
        if !verified.isBeforeStart { found = verified.payment }
        break
      } catch { failure = error }
      let isLast = attempt == Self.attempts
      switch failure {
      case .notYet where !isLast, .unavailable where !isLast: try await Task.sleep(for: .seconds(2))
      default:
        return Standard.error("coinslot: \(sighting.id.transaction): \(Standard.plain(failure.words))")
      }
    }
    guard let found else { return }
    try printer.tell(facts("payment.confirmed", found.id, found.account, found.amount, payer: found.payer))
  }

  private func facts(_ type: String, _ id: PaymentID, _ account: Account, _ amount: Amount, payer: String?) -> JSONValue
  {
    [
      "type": .string(type), "at_ms": .number(WallClock().nowMS), "account": .string(account.address),
      "amount": .string(amount.description), "asset": "XNO", "decimals": 30, "transaction": .string(id.transaction),
      "payer": payer.map { .string($0) } ?? .null, "simulation": .bool(chain.isSimulation),
    ]
  }
}

/// What is heard from a node.
private enum News: Sendable {
  case transfer(HeardTransfer)
  case sighting(Sighting)
  case missed
}

/// Takes what holds by hash and signature.
private struct Ears: WatcherFeed {
  let news: AsyncStream<News>.Continuation?

  func tell(_ transfer: HeardTransfer) { news?.yield(.transfer(transfer)) }
}

/// Takes hints that are to be verified.
private struct Inbox: SightingInbox {
  let news: AsyncStream<News>.Continuation?

  func hear(_ sighting: Sighting) -> Hearing {
    guard let news else { return .queued }
    if case .dropped = news.yield(.sighting(sighting)) { return .full }
    return .queued
  }

  func missedSome(of chain: Chain) { news?.yield(.missed) }
}

extension VerificationFailure {
  /// The sentence within.
  fileprivate var words: String {
    switch self {
    case .refused(let words), .notYet(let words), .unavailable(let words), .contradiction(let words): words
    }
  }
}
