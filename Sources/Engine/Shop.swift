package import Coinslot
import Synchronization

/// The slots as customers meet them: what state each is in, and offers of an amount of one's own.
package final class Shop: Storefront, Sendable {
  private let shelf: Mutex<SlotBook>
  private let ledger: any Ledger
  private let networks: [Chain: any PaymentNetwork]
  private let marks: Marks
  private let obstacles: Obstacles
  private let session: @Sendable (DeviceID) -> SessionEpoch?
  private let clock: any Clock
  private let entropy: any Entropy
  private let personsKeptMS: Int64

  /// A shop of slots.
  package init(
    book: SlotBook,
    ledger: any Ledger,
    networks: [Chain: any PaymentNetwork],
    marks: Marks,
    obstacles: Obstacles,
    session: @escaping @Sendable (DeviceID) -> SessionEpoch?,
    clock: any Clock,
    entropy: any Entropy,
    personsKeptMS: Int64 = PersonRecord.keptMS
  ) {
    self.personsKeptMS = personsKeptMS
    shelf = Mutex(book)
    self.ledger = ledger
    self.networks = networks
    self.marks = marks
    self.obstacles = obstacles
    self.session = session
    self.clock = clock
    self.entropy = entropy
  }

  package var book: SlotBook { shelf.withLock { $0 } }

  /// Puts other slots on the shelf and notes their prices, from now on.
  ///
  /// - Throws: What the ledger throws; the old slots stay then.
  package func stock(_ book: SlotBook) async throws {
    for slot in book.slots.values {
      for option in slot.pay {
        _ = try await ledger.keep(option.price, of: slot.id, on: option.account.chain, nowMS: clock.nowMS)
      }
    }
    shelf.withLock { $0 = book }
  }

  package func state(of slot: Slot, on chain: Chain) async throws -> SlotState {
    guard let option = slot.pay.first(where: { $0.account.chain == chain }) else { return .outOfOrder }
    let channel = ChannelID(device: slot.does.device, number: slot.does.channel)
    let device = try await ledger.device(slot.does.device)
    let held = try await ledger.channels(of: slot.does.device).contains { $0.id == channel && $0.heldBecause != nil }
    let health = networks[chain]?.health ?? .degraded("this chain is not configured")
    let facts = SlotState.Facts(
      closure: try await ledger.closure(of: slot.id),
      isDeviceInOrder: device?.standing == .trusted && !held,
      isOnline: session(slot.does.device) != nil,
      openWork: try await ledger.openWork(on: channel),
      isWatched: marks[option.account] != nil,
      health: obstacles.against(chain).map(SourceHealth.degraded) ?? health
    )
    return SlotState(of: slot, facts: facts, nowMS: clock.nowMS)
  }

  package func quote(_ slot: Slot, on chain: Chain, amount: Amount, for customer: Customer) async throws -> Offer {
    guard let option = slot.pay.first(where: { $0.account.chain == chain }), let network = networks[chain] else {
      return .notNeeded
    }
    guard option.tellApart != .nothing else { return .notNeeded }
    let state = try await state(of: slot, on: chain)
    guard state.invites else { return .refused(state) }
    guard case .buys(let purchase, let price, _) = option.price.answer(amount) else {
      return .badAmount(option.price.answer(amount))
    }
    let now = clock.nowMS
    let version = try await ledger.keep(option.price, of: slot.id, on: chain, nowMS: now)
    let (place, places) = places(option, price: price, asset: network.asset)
    let request = QuoteRequest(
      id: ID.make("quo", nowMS: now, entropy: entropy),
      slot: slot.id,
      client: customer.name,
      share: customer.network.map { QuoteRequest.Share(network: $0, most: Customer.most(of: places)) },
      nowMS: now,
      expiresAtMS: now + slot.quoteLifeMS,
      price: price,
      purchase: purchase,
      priceVersion: version.number,
      place: place,
      personsKeptMS: personsKeptMS
    )
    switch try await ledger.quote(request) {
    case .opened(let quote): return .quote(quote)
    case .tooManyForClient: return .tooManyForClient
    case .tooManyForNetwork: return .tooManyForNetwork
    case .tableFull: return .tableFull
    }
  }

  /// Where an offer at this price can be paid, and how many such offers fit there at once.
  private func places(_ option: Slot.PayOption, price: Amount, asset: Asset) -> (QuoteRequest.Place, count: Int) {
    if option.tellApart == .ownAccount {
      // Money that came before an address was watched could not be told from the quote's.
      let accounts = option.quoteAccounts.filter { marks[$0] != nil }
      return (.own(accounts), accounts.count)
    }
    let chance = entropy.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let next = option.price.next(above: price)
    let shared = QuoteRequest.Place.shared(option.account) { taken in
      LowDigits.choose(price: price, next: next, asset: asset, taken: taken, chance: chance)
    }
    return (shared, LowDigits.room(price: price, next: next, asset: asset))
  }
}
