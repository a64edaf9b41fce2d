import Coinslot
import HTTPTypes
import Hummingbird
import Sockets

/// What customers see: the list of machines, the page of each, its live part, and offers.
struct PayRoutes {
  let context: WebContext

  /// Live pages that one network may have at once.
  static let livePagesPerNetwork = 64

  func add(to routes: Routes) {
    let proxies = TrustedProxies(context.settings.trustedProxies)
    let gate = Gate(greatest: context.settings.greatestLivePages, perNetwork: PayRoutes.livePagesPerNetwork)
    let live = LiveRoute(context: context, gate: gate, trustedProxies: proxies)
    let quote = QuoteRoute(
      context: context,
      trustedProxies: proxies,
      limit: ClientRate(context.settings.quotesPerClient, withinMS: WebSettings.longRateMS, clock: context.rateClock)
    )
    routes.get("/") { request, _ in try await home(request) }
    routes.get("/s/:slot") { request, scope in try await page(request, scope) }
    routes.get("/s/:slot/live") { request, scope in try await live.response(request, scope) }
    routes.post("/s/:slot/quote") { request, scope in try await quote.response(request, scope) }
  }

  private func home(_ request: Request) async throws -> Response {
    let frame = PageFrame(request)
    var model = frame.model(title: frame.words(.homeTitle))
    let slots = context.storefront.book.slots.values.sorted { $0.title < $1.title }
    frame.banner(&model, slots.first?.pay.first?.account.chain, note: context.settings.simulationNote)
    var rows: [PageModel] = []
    for slot in slots {
      guard let chain = slot.pay.first?.account.chain else { continue }
      let state = try await context.storefront.state(of: slot, on: chain)
      let text = StateText(state, nowMS: context.clock.nowMS, words: frame.words)
      var row = PageModel()
      row["url"] = "/s/\(slot.id)"
      row["title"] = slot.title
      row["word"] = text.word
      row["tone"] = text.tone
      rows.append(row)
    }
    model["heading"] = frame.words(.homeTitle)
    model["lead"] = frame.words(rows.isEmpty ? .homeEmpty : .homeLead)
    model.list("slots", rows)
    return PageLibrary.response("home", model, headers: frame.headers)
  }

  private func page(_ request: Request, _ scope: RequestScope) async throws -> Response {
    let frame = PageFrame(request)
    let situation = try await PaySituation(
      context,
      slot: try scope.parameters.require("slot"),
      chain: frame.parameter("on"),
      quote: frame.parameter("quote"),
      since: frame.parameter("since")
    )
    var headers = frame.headers
    if situation.needsQuote, let cookie = freshCookie(request, scope) {
      headers.append(HTTPField(name: .setCookie, value: cookie.description))
    }
    let page = PayPage(situation: situation, frame: frame, settings: context.settings)
    return PageLibrary.response("pay", page.model(), headers: headers)
  }

  /// A cookie for who has none: only where customers are told apart, and only as long as an offer's amount is reserved.
  private func freshCookie(_ request: Request, _ scope: RequestScope) -> Cookie? {
    let client = ClientIdentity(
      request,
      peer: scope.peer,
      trustedProxies: TrustedProxies(context.settings.trustedProxies)
    )
    guard client.cookie == nil else { return nil }
    return Cookie(
      name: ClientIdentity.cookieName,
      value: ClientIdentity.fresh(context.entropy.bytes(16)),
      maxAge: ClientIdentity.cookieLifeSeconds,
      path: "/",
      secure: context.settings.publicURL.hasPrefix("https://"),
      httpOnly: true,
      sameSite: .lax
    )
  }
}
