import Coinslot

/// All that the page of a slot depends on, looked up at one moment.
struct PaySituation {
  let slot: Slot
  let option: Slot.PayOption
  /// The network, if it is configured.
  let network: (any PaymentNetwork)?
  let asset: Asset
  let state: SlotState
  let focus: ProgressFinder.Focus
  /// The offer the customer has, if any.
  let quote: Quote?
  let progress: Progress
  /// What was paid, where there is a sale.
  let paid: Amount?
  let nowMS: Int64

  /// How far back a page may look for its customer's payment, milliseconds.
  static let greatestAgeMS: Int64 = 86_400_000

  /// Looks everything up.
  ///
  /// - Throws: `Problem` 404 for an unknown slot or an offer of another slot, and what the ledger throws.
  init(
    _ context: WebContext,
    slot id: String,
    chain: String?,
    quote quoteID: String?,
    since: String?
  ) async throws {
    guard let slot = SlotID(rawValue: id).flatMap({ context.storefront.book.slots[$0] }) else {
      throw Problem.notFound("such slot")
    }
    let nowMS = context.clock.nowMS
    var quote: Quote?
    if let quoteID {
      quote = try await context.ledger.quote(quoteID)
      guard quote?.slot == slot.id else { throw Problem.notFound("such offer") }
    }
    let wanted = quote?.account.chain.rawValue ?? chain
    guard let option = slot.pay.first(where: { $0.account.chain.rawValue == wanted }) ?? slot.pay.first,
      let asset = context.asset(of: option.account.chain)
    else { throw Problem.unavailable("no_network", "This slot takes no money just now.", seconds: 60) }
    (self.slot, self.option, self.asset, self.quote, self.nowMS) = (slot, option, asset, quote, nowMS)
    network = context.networks[option.account.chain]
    let isServed = context.networks[option.account.chain] != nil
    state =
      isServed
      ? try await context.storefront.state(of: slot, on: option.account.chain)
      : .trouble("the network is not configured")
    let earliestMS = nowMS - PaySituation.greatestAgeMS
    let known = since.flatMap { Int64($0) } ?? nowMS
    focus = quoteID.map { .quote($0) } ?? .since(known >= earliestMS && known <= nowMS ? known : nowMS)
    progress = try await ProgressFinder(context: context, slot: slot, option: option).progress(focus)
    if let sale = progress.sale { paid = try await ProgressFinder.paid(for: sale, context.ledger) } else { paid = nil }
  }

  /// Whether customers get an offer of their own here.
  var needsQuote: Bool { option.tellApart != .nothing }

  /// Whether the offer can still be paid.
  var isQuoteOpen: Bool {
    guard let quote else { return false }
    return quote.state == .open && nowMS < quote.expiresAtMS
  }

  /// Whether the page asks for money: it must do something at once, and nothing may be on its way already.
  func showsInvitation(_ progress: Progress) -> Bool {
    guard state.invites, network != nil else { return false }
    guard needsQuote else { return true }
    guard isQuoteOpen else { return false }
    switch progress {
    case .waiting, .part: return true
    case .seen, .over, .confirmed, .doubt, .running, .ended, .held: return false
    }
  }

  /// When this page's moment began, wall-clock milliseconds; nil where an offer says whose payment is meant.
  var sinceMS: Int64? { if case .since(let ms) = focus { ms } else { nil } }
}
