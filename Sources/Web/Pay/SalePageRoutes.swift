import Coinslot
import HTTPTypes
import Hummingbird

/// The page of one sale, to keep and to show: what was bought, how it ended, and when.
struct SalePageRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    routes.get("/p/:id") { request, scope in try await page(request, scope) }
  }

  private func page(_ request: Request, _ scope: RequestScope) async throws -> Response {
    let frame = PageFrame(request)
    let words = frame.words
    let id = SaleID(rawValue: try scope.parameters.require("id"))
    guard let sale = try await context.ledger.sale(id), let asset = context.asset(of: sale.payment.chain) else {
      throw Problem.notFound("such sale")
    }
    let dispatch = try await context.ledger.dispatch(of: sale.id)
    let progress = Progress(of: sale, dispatch: dispatch)
    let paid = try await ProgressFinder.paid(for: sale, context.ledger)
    let text = ProgressText(progress, paid: paid, asset: asset, words: words)
    let slot = context.storefront.book.slots[sale.slot]
    var model = frame.model(title: words(.saleTitle))
    frame.banner(&model, sale.payment.chain, note: context.settings.simulationNote)
    model["heading"] = "\(words(.saleTitle)): \(slot?.title ?? sale.slot.rawValue)"
    model["stateLabel"] = words(.saleState)
    model["resultTone"] = text.tone
    model["headline"] = text.headline
    model["detail"] = text.detail
    if case .running(_, let endsAtMS) = progress {
      model["left"] = words.countdown(ms: UInt64(max(0, endsAtMS - context.clock.nowMS)))
      model["timeLeft"] = words(.timeLeft)
    }
    if !progress.isFinal { model["refresh"] = frame.url(setting: [:]) }
    model.list("facts", facts(sale, paid, asset, words))
    model["saleLead"] = words(.saleLead)
    if let slot {
      model["backURL"] = "/s/\(slot.id)"
      model["saleBack"] = words(.saleBack)
    }
    var headers = frame.headers
    // Who follows a link from here must not learn the address of this page.
    headers[.referrerPolicy] = "no-referrer"
    return PageLibrary.response("sale", model, headers: headers)
  }

  private func facts(_ sale: Sale, _ paid: Amount, _ asset: Asset, _ words: Words) -> [PageModel] {
    var rows: [PageModel] = []
    let add = { (name: Phrase, value: String, timeMS: Int64?, isCode: Bool) in
      var row = PageModel()
      row["name"] = words(name)
      row["value"] = value
      row["machineTime"] = timeMS.map { CalendarTime(ms: $0).machine }
      row.show("isCode", if: isCode)
      rows.append(row)
    }
    add(.saleBought, sale.purchase.map(words.purchase) ?? words(.saleNothing), nil, false)
    add(.salePaid, words.amount(paid, asset), nil, false)
    if sale.purchase != nil && sale.remainder > .zero {
      add(.salePrice, words.amount(sale.price, asset), nil, false)
      add(.saleRemainder, words.amount(sale.remainder, asset), nil, false)
    }
    add(.saleRecorded, CalendarTime(ms: sale.createdAtMS).human, sale.createdAtMS, false)
    if let ended = sale.endedAtMS { add(.saleEnded, CalendarTime(ms: ended).human, ended, false) }
    add(.saleNumber, sale.id.rawValue, nil, true)
    return rows
  }
}
