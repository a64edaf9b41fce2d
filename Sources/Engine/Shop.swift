package import Coinslot
import Synchronization

/// The slots as customers meet them: what state each is in, and offers of an amount of one's own.
package final class Shop: Storefront, Sendable {
  /// Of how many unpaid invoices of a slot one network may hold its share.
  private static let invoices = 1_000

  private let shelf: Mutex<SlotBook>
  private let ledger: any Ledger
  private let networks: [Chain: any PaymentNetwork]
  private let marks: Marks
  private let obstacles: Obstacles
  private let session: @Sendable (DeviceID) -> SessionEpoch?
  private let answers: @Sendable (DeviceID) async -> Bool
  private let clock: any Clock
  private let entropy: any Entropy
  private let personsKeptMS: Int64

  /// A shop of slots; `answers` asks a machine for a sign of life.
  package init(
    book: SlotBook,
    ledger: any Ledger,
    networks: [Chain: any PaymentNetwork],
    marks: Marks,
    obstacles: Obstacles,
    session: @escaping @Sendable (DeviceID) -> SessionEpoch?,
    answers: @escaping @Sendable (DeviceID) async -> Bool = { _ in true },
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
    self.answers = answers
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

  package func quote(_ slot: Slot, on chain: Chain, wish: OfferWish, for customer: Customer) async throws -> Offer {
    guard let option = slot.pay.first(where: { $0.account.chain == chain }), let network = networks[chain] else {
      return .notNeeded
    }
    guard option.tellApart != .nothing else { return .notNeeded }
    let state = try await state(of: slot, on: chain)
    guard state.invites else { return .refused(state) }
    guard case .buys(let purchase, let price, _) = option.price.answer(wish.amount) else {
      return .badAmount(option.price.answer(wish.amount))
    }
    let now = clock.nowMS
    let version = try await ledger.keep(option.price, of: slot.id, on: chain, nowMS: now)
    let id = ID.make("quo", nowMS: now, entropy: entropy), lifeMS = wish.lifeMS ?? slot.quoteLifeMS
    var (place, places) = places(option, price: price, asset: network.asset)
    var invoice: Invoice?
    if option.tellApart == .invoice {
      let order = InvoiceOrder(
        quote: id,
        slot: slot.id,
        amount: wish.amount,
        description: wish.description ?? .text(slot.title),
        lifeMS: lifeMS
      )
      switch try await made(order, by: network, for: slot) {
      case .made(let new): (place, invoice) = (.own([new.account]), new)
      case .no(let offer): return offer
      }
    }
    let request = QuoteRequest(
      id: id,
      slot: slot.id,
      client: customer.name,
      share: customer.network.map { QuoteRequest.Share(network: $0, most: Customer.most(of: places)) },
      nowMS: now,
      expiresAtMS: invoice?.expiresAtMS ?? now + lifeMS,
      due: invoice == nil ? nil : wish.amount,
      price: price,
      purchase: purchase,
      priceVersion: version.number,
      place: place,
      request: invoice?.text,
      note: wish.note,
      personsKeptMS: personsKeptMS
    )
    switch try await ledger.quote(request) {
    case .opened(let quote): return .quote(quote)
    case .tooManyForClient: return .tooManyForClient
    case .tooManyForNetwork: return .tooManyForNetwork
    case .tableFull: return .tableFull
    }
  }

  private enum Making {
    case made(Invoice)
    case no(Offer)
  }

  /// An invoice, where the machine gives a sign of life and the network can make one.
  private func made(_ order: InvoiceOrder, by network: any PaymentNetwork, for slot: Slot) async throws -> Making {
    guard let network = network as? any InvoicingNetwork else {
      return .no(.noInvoice("this network makes no invoices"))
    }
    // An open socket may be a dead one, and what was paid over Lightning cannot be sent back.
    if slot.ifAway.refuse, await !answers(slot.does.device) { return .no(.refused(.away)) }
    do {
      return .made(try await network.invoice(order))
    } catch {
      return .no(.noInvoice(error.words))
    }
  }

  /// Where an offer at this price can be paid, and how many such offers fit there at once.
  private func places(_ option: Slot.PayOption, price: Amount, asset: Asset) -> (QuoteRequest.Place, count: Int) {
    if option.tellApart == .invoice { return (.own([]), Self.invoices) }
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
