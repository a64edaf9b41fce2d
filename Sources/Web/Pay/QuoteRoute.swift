import Coinslot
import HTTPTypes
import Hummingbird
import Sockets

/// A customer's wish for an offer of their own: a plain form, answered by a redirect to the offer's page.
struct QuoteRoute {
  let context: WebContext
  let trustedProxies: TrustedProxies
  /// Wishes of one client; nil: no limit.
  let limit: ClientRate?

  /// Answers the form.
  func response(_ request: Request, _ scope: RequestScope) async throws -> Response {
    let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
    guard type == "application/x-www-form-urlencoded" else {
      throw Problem.unsupportedMedia("application/x-www-form-urlencoded")
    }
    guard let text = String(validating: try await request.boundedBody(), as: UTF8.self) else {
      throw Problem.badRequest("bad_utf8", "The form is no UTF-8.")
    }
    let fields = Dictionary(try FormFields.parse(text)) { $1 }
    let situation = try await PaySituation(
      context,
      slot: try scope.parameters.require("slot"),
      chain: fields["on"],
      quote: nil,
      since: nil
    )
    let page = PayPage(
      situation: situation,
      frame: PageFrame(request, path: "/s/\(situation.slot.id)"),
      settings: context.settings
    )
    let client = ClientIdentity(request, peer: scope.peer, trustedProxies: trustedProxies)
    if let address = client.client, let seconds = limit?.take(address) {
      return refuse(page, .tooManyRequests, page.frame.words(.wishTooFast), retryAfter: seconds)
    }
    guard let amount = amount(fields, situation.asset) else {
      return refuse(page, .unprocessableContent, page.frame.words(.wishNoAmount))
    }
    let chain = situation.option.account.chain
    let offer = try await context.storefront.quote(
      situation.slot,
      on: chain,
      wish: OfferWish(amount: amount),
      for: client.customer
    )
    return answer(offer, page)
  }

  /// What was written by hand, else what was chosen; a decimal comma counts as a point.
  private func amount(_ fields: [String: String], _ asset: Asset) -> Amount? {
    let written = (fields["other"] ?? "").filter { $0 != " " }.map { $0 == "," ? "." : $0 }
    if !written.isEmpty { return try? asset.amount(String(written)) }
    return fields["amount"].flatMap { try? Amount(units: $0) }
  }

  private func answer(_ offer: Offer, _ page: PayPage) -> Response {
    let words = page.frame.words
    let asset = page.situation.asset
    let path = "/s/\(page.situation.slot.id)"
    switch offer {
    case .quote(let quote): return .seeOther("\(path)?quote=\(Listing.escaped(quote.id))")
    case .notNeeded: return .seeOther(path)
    case .refused(let state):
      let text = StateText(state, nowMS: page.situation.nowMS, words: words)
      return refuse(page, .conflict, "\(words(.wishNotNow)) \(text.word): \(text.detail)")
    case .noInvoice: return refuse(page, .serviceUnavailable, words(.wishTableFull), retryAfter: 60)
    case .badAmount(.tooLittle(let least)):
      return refuse(page, .unprocessableContent, words(.wishTooLittle, ["least": words.amount(least, asset)]))
    case .badAmount(.tooMuch(let dearest)):
      return refuse(page, .unprocessableContent, words(.wishTooMuch, ["dearest": words.amount(dearest, asset)]))
    case .badAmount(.buys): return refuse(page, .unprocessableContent, words(.wishNoAmount))
    case .tooManyForClient: return refuse(page, .tooManyRequests, words(.wishTooMany), retryAfter: 60)
    case .tooManyForNetwork: return refuse(page, .tooManyRequests, words(.wishNetworkFull), retryAfter: 3_600)
    case .tableFull: return refuse(page, .serviceUnavailable, words(.wishTableFull), retryAfter: 300)
    }
  }

  /// The page again, with the reason on it.
  private func refuse(
    _ page: PayPage,
    _ status: HTTPResponse.Status,
    _ alert: String,
    retryAfter seconds: Int? = nil
  ) -> Response {
    var page = page
    page.alert = alert
    var headers = page.frame.headers
    if let seconds { headers[.retryAfter] = String(seconds) }
    return PageLibrary.response("pay", page.model(), status, headers: headers)
  }
}
