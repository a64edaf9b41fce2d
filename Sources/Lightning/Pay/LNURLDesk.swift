package import Coinslot
package import Logging
import Primitives
import Sockets

/// LNURL-pay and Lightning Addresses over the slots (LUD-01, -06, -09, -11, -12, -16, -17, -21): refuses before any
/// invoice exists where the machine could not do what is paid for.
package struct LNURLDesk: PayDesk {
  /// How long an invoice for a wallet stands, milliseconds: wallets pay at once or not at all.
  package static let lifeMS: Int64 = 300_000
  /// How many characters a payer may write.
  package static let commentLimit = 255

  private let network: LightningNetwork
  private let storefront: any Storefront
  private let url: String
  private let quoteOf: @Sendable (Account) async throws -> Quote?
  private let log: Logger

  /// A desk; `url` is how the world reaches this server, without a slash at the end.
  package init(
    network: LightningNetwork,
    storefront: any Storefront,
    url: String,
    log: Logger,
    quoteOf: @escaping @Sendable (Account) async throws -> Quote?
  ) {
    self.network = network
    self.storefront = storefront
    self.url = url
    self.log = log
    self.quoteOf = quoteOf
  }

  package func offer(_ text: String) async -> [UInt8] {
    guard let name = name(text) else { return body(LNURLError.unknownAddress.json) }
    do {
      let state = try await storefront.state(of: name.slot, on: network.chain)
      guard state.invites else { return body(LNURLError(Self.words(state)).json) }
      return body(try request(name).json)
    } catch {
      return failed(error)
    }
  }

  package func invoice(_ text: String, query: String, for customer: Customer) async -> [UInt8] {
    guard let name = name(text) else { return body(LNURLError.unknownAddress.json) }
    do {
      let request = try request(name)
      let callback: PayCallback
      do { callback = try PayCallback(query: query, offered: request) } catch { return body(LNURLError(error).json) }
      let wish = OfferWish(
        amount: Amount(UInt128(callback.msat)),
        description: .hashed(request.metadata.text),
        note: callback.comment,
        lifeMS: Self.lifeMS
      )
      switch try await storefront.quote(name.slot, on: network.chain, wish: wish, for: customer) {
      case .quote(let quote): return body(try answer(quote, to: request).json)
      case .refused(let state): return body(LNURLError(Self.words(state)).json)
      case .badAmount: return body(LNURLError("This amount buys nothing here").json)
      case .tooManyForClient, .tooManyForNetwork, .tableFull:
        return body(LNURLError("Too many invoices are open, please try again in some minutes").json)
      case .noInvoice(let why):
        log.warning("no invoice could be made", metadata: ["slot.id": "\(name.slot.id)", "reason": "\(why)"])
        return body(LNURLError("The payment network is not available, nothing was charged").json)
      case .notNeeded: return body(LNURLError.unknownAddress.json)
      }
    } catch {
      return failed(error)
    }
  }

  package func verify(_ text: String) async -> [UInt8] {
    guard let hash = Bytes32(hex: text) else { return body(LNURLError.notFound.json) }
    do {
      let quote = try await quoteOf(Account(chain: network.chain, canonical: text))
      // Only what was asked for by LNURL: of other invoices the preimage may be what was bought.
      guard let invoice = quote?.request, let decoded = try? Bolt11Invoice(invoice), case .hash = decoded.description
      else { return body(LNURLError.notFound.json) }
      let known = try await network.node.invoice(paying: hash)
      let isPaid = known?.state == .paid
      return body(VerifyAnswer(invoice: invoice, isSettled: isPaid, preimage: isPaid ? known?.preimage : nil).json)
    } catch {
      return failed(error)
    }
  }

  package func link(_ slot: Slot) -> String? {
    guard slot.option(on: network.chain) != nil, let link = try? link(slot.id.rawValue) else { return nil }
    return link.bech32
  }

  package func address(_ slot: Slot) -> String? {
    guard slot.option(on: network.chain) != nil else { return nil }
    return address(slot.id.rawValue)?.text
  }

  // MARK: Parts of an answer

  private func name(_ text: String) -> PayName? {
    PayName(text, among: storefront.book.slots, on: network.chain)
  }

  private func request(_ name: PayName) throws -> PayRequest {
    guard let msat = name.msat else { throw LNURLRefusal.badBounds }
    return try PayRequest(
      callback: try LNURLLink(url: "\(url)/lnurlp/\(name.text)/callback", plainHTTP: .onionAndLoopback),
      msat: msat,
      metadata: PayMetadata(plain: name.title, identifier: address(name.text)),
      commentAllowed: Self.commentLimit
    )
  }

  private func answer(_ quote: Quote, to request: PayRequest) throws -> PayAnswer {
    guard let invoice = quote.request else { throw LNURLRefusal.badMember("pr") }
    return PayAnswer(
      invoice: invoice,
      successAction: .url(
        description: "Paid. See what happens:",
        url: "\(url)/s/\(quote.slot)?quote=\(quote.id)"
      ),
      isDisposable: false,
      verify: "\(url)/lnurlp/verify/\(quote.account.address)"
    )
  }

  private func link(_ name: String) throws(LNURLRefusal) -> LNURLLink {
    try LNURLLink(url: "\(url)/lnurlp/\(name)", tag: .payRequest, plainHTTP: .onionAndLoopback)
  }

  private func address(_ name: String) -> LightningAddress? {
    guard let link = try? link(name) else { return nil }
    return try? LightningAddress("\(name)@\(link.endpoint.authority)")
  }

  private func failed(_ error: any Error) -> [UInt8] {
    log.warning("a wallet could not be answered", metadata: ["error": "\(error)"])
    return body(LNURLError("Not available just now, nothing was charged").json)
  }

  private func body(_ json: JSONValue) -> [UInt8] { Array(json.text().utf8) }

  /// Why nothing can be paid, for the person with the wallet.
  static func words(_ state: SlotState) -> String {
    switch state {
    case .ready, .busy: "Ready"
    case .occupied: "The machine is in use, nothing was charged"
    case .away: LNURLError.deviceOffline.reason
    case .closed(let words): "Closed: \(words)"
    case .notWatching, .trouble: "The payment network is not available, nothing was charged"
    case .outOfOrder: "Out of order, nothing was charged"
    }
  }
}
