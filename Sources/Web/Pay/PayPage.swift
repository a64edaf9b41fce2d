import Coinslot
import Hummingbird

/// The page at a machine: how it stands, what it costs, where to pay, and what became of the payment.
struct PayPage {
  let situation: PaySituation
  let frame: PageFrame
  let settings: WebSettings
  /// What went wrong with a wish for an offer, if anything.
  var alert: String?

  private var words: Words { frame.words }
  private var slot: Slot { situation.slot }

  /// The whole model for `pay.mustache`.
  func model() -> PageModel {
    var model = frame.model(title: slot.title, hasScript: true)
    frame.banner(&model, situation.option.account.chain, note: settings.simulationNote)
    model["title"] = slot.title
    model["alert"] = alert
    model["chain"] = situation.option.account.chain.rawValue
    model["quoteURL"] = "/s/\(slot.id)/quote"
    fillState(&model)
    fillResult(&model)
    fillNetworks(&model)
    fillInvitation(&model)
    fillOffer(&model)
    fillPrices(&model)
    fillScript(&model)
    return model
  }

  private func fillState(_ model: inout PageModel) {
    let text = StateText(situation.state, nowMS: situation.nowMS, words: words)
    model["stateWord"] = text.word
    model["stateDetail"] = text.detail
    model["stateTone"] = text.tone
    if !situation.state.invites && situation.progress.sale == nil {
      model.show("shut", if: true)
      model["doNotPay"] = words(.doNotPay)
    }
  }

  private func fillResult(_ model: inout PageModel) {
    let picture = LivePicture(situation, progress: situation.progress, words: words)
    model["resultHeading"] = words(.resultHeading)
    model["resultTone"] = picture.tone
    model["resultKind"] = picture.kind
    model["headline"] = picture.headline
    model["detail"] = picture.detail
    model.show("resultHidden", if: picture.kind == "waiting")
    let leftMS = picture.leftMS(nowMS: situation.nowMS)
    model.show("clockHidden", if: leftMS == nil)
    model["leftMS"] = String(leftMS ?? 0)
    model["totalMS"] = String(max(1, picture.totalMS ?? 1))
    model["left"] = words.countdown(ms: leftMS ?? 0)
    model["timeLeft"] = words(.timeLeft)
    model.show("stepsHidden", if: picture.step == nil)
    model.list("steps", steps(reached: picture.step ?? 0))
    model["receipt"] = picture.receipt ?? "/"
    model["receiptLink"] = words(.receiptLink)
    model.show("receiptHidden", if: picture.receipt == nil)
  }

  private func steps(reached: Int) -> [PageModel] {
    [Phrase.stepSeen, .stepConfirmed, .stepRunning, .stepDone].enumerated().map { index, phrase in
      var row = PageModel()
      row["number"] = String(index + 1)
      row["name"] = words(phrase)
      row["class"] = index + 1 < reached || reached == 4 ? "past" : index + 1 == reached ? "now" : "ahead"
      row.show("isCurrent", if: index + 1 == reached)
      return row
    }
  }

  private func fillNetworks(_ model: inout PageModel) {
    guard slot.pay.count > 1, situation.quote == nil else { return }
    var part = PageModel()
    part["networkChoice"] = words(.networkChoice)
    part.list(
      "choices",
      slot.pay.map { option in
        var row = PageModel()
        row["name"] = option.account.chain.network.capitalizedASCII
        row["url"] = frame.url(setting: ["on": option.account.chain.rawValue, "amount": nil])
        row.show("isCurrent", if: option.account.chain == situation.option.account.chain)
        return row
      }
    )
    model.part("networks", part)
  }

  /// The line of the price table that the code is for.
  private var chosen: PriceTable.Line? {
    let lines = PriceTable(situation.option.price).lines
    return lines.first { $0.amount.description == frame.parameter("amount") } ?? lines.first
  }

  private func fillInvitation(_ model: inout PageModel) {
    guard situation.showsInvitation(situation.progress), let network = situation.network else { return }
    let account: Account
    let due: Amount
    if situation.needsQuote {
      guard let quote = situation.quote else { return }
      account = quote.account
      due = quote.due.subtracting(quote.received) ?? quote.due
    } else {
      guard let chosen else { return }
      (account, due) = (situation.option.account, chosen.amount)
    }
    let gives = situation.quote?.purchase ?? chosen?.gives ?? Purchase(ms: 0)
    let invoice = situation.quote?.request
    let uri = invoice.map { "lightning:\($0)" } ?? network.uri(for: account, amount: due, label: nil, message: nil)
    let payee = invoice ?? account.address
    let amount = words.amount(due, situation.asset)
    model.show("invite", if: true)
    model["payHeading"] = words(.payHeading)
    model["due"] = amount
    model["dueGives"] = words.purchase(gives)
    model["payName"] = words(.payName, ["amount": amount, "end": "…\(payee.suffix(4))"])
    // Capitals alone make a code of an invoice smaller, and every wallet reads both.
    if let code = QRCode(invoice == nil ? uri : uri.uppercased()) {
      model.show("qr", if: true)
      model["side"] = String(code.side)
      model["path"] = code.path
    }
    model["uri"] = uri
    model["payOpenWallet"] = words(.payOpenWallet)
    model["payTo"] = words(.payTo)
    model["address"] = payee
    model["copyAddress"] = words(.copyAddress)
    model["copyAmount"] = words(.copyAmount)
    if situation.needsQuote {
      model["copyValue"] = situation.asset.text(due)
      if situation.quote?.ownsAccount == false, invoice == nil { model["exactly"] = words(.payExactly) }
    }
    if situation.progress == .waiting { model["waiting"] = words(.liveWaitingDetail) }
  }

  private func fillOffer(_ model: inout PageModel) {
    guard let quote = situation.quote, situation.progress.sale == nil else { return }
    let leftMS = UInt64(max(0, quote.expiresAtMS - situation.nowMS))
    if situation.isQuoteOpen {
      model["ends"] = words(.quoteEnds)
      model["endsIn"] = words.countdown(ms: leftMS)
      model["endsLeftMS"] = String(leftMS)
    }
    // A new offer is there when it is needed, not before: three open ones are the bound.
    guard situation.state.invites, situation.progress == .waiting || situation.progress == .over else { return }
    model.show("renew", if: true)
    model.show("renewHidden", if: situation.isQuoteOpen && leftMS > 120_000)
    model["renewAmount"] = quote.price.description
    model["renewClass"] = situation.isQuoteOpen ? "" : "primary"
    model["quoteRenew"] = words(.quoteRenew)
  }

  private func fillPrices(_ model: inout PageModel) {
    let table = PriceTable(situation.option.price)
    let isAsking = situation.needsQuote && situation.state.invites && situation.quote == nil
    let invites = situation.showsInvitation(situation.progress)
    let canChoose = invites && !situation.needsQuote && table.lines.count > 1
    // Where there is one price, the invitation says it already.
    let isTold = invites && table.lines.count == 1 && table.rate == nil
    guard isAsking || situation.quote == nil && !isTold else { return }
    var part = PageModel()
    part.list(
      "lines",
      table.lines.enumerated().map { index, line in
        var row = PageModel()
        row["amount"] = words.amount(line.amount, situation.asset)
        row["gives"] = words.purchase(line.gives)
        row["units"] = line.amount.description
        if canChoose { row["url"] = frame.url(setting: ["amount": line.amount.description, "since": since]) }
        row.show("isCurrent", if: isAsking ? index == 0 : canChoose && line == chosen)
        return row
      }
    )
    if let rate = table.rate {
      part["rate"] = words(.priceRate, ["amount": words.amount(rate.perMinute, situation.asset)])
      part["rateBounds"] = words(
        .priceRateBounds,
        ["least": words.amount(rate.least, situation.asset), "longest": words.duration(ms: rate.longestMS)]
      )
      part["otherLabel"] = words(.quoteOther, ["code": situation.asset.code])
      part["otherHint"] = words(
        .quoteOtherHint,
        ["example": situation.asset.text(table.lines.last?.amount ?? rate.least)]
      )
    }
    if table.hasSteps && canChoose { model["between"] = words(.priceAbove) }
    part["prices"] = words(.prices)
    part["quoteHeading"] = words(.quoteHeading)
    part["quoteLead"] = words(.quoteLead)
    part["quoteButton"] = words(.quoteButton)
    model.part(isAsking ? "ask" : "table", part)
  }

  private var since: String? { situation.sinceMS.map { String($0) } }

  private func fillScript(_ model: inout PageModel) {
    let keep = frame.url(setting: ["since": since])
    var query = ["lang=\(frame.language.rawValue)"]
    query.append("on=\(Listing.escaped(situation.option.account.chain.rawValue))")
    if let quote = situation.quote { query.append("quote=\(Listing.escaped(quote.id))") }
    if let since { query.append("since=\(since)") }
    model["live"] = "/s/\(slot.id)/live?\(query.joined(separator: "&"))"
    model["keep"] = keep
    model["copied"] = words(.copied)
    model["copyFailed"] = words(.copyFailed)
    model["minuteLeft"] = words(.quoteMinuteLeft)
    // A form that somebody is filling in must not be taken away.
    let isAsking = situation.needsQuote && situation.state.invites && situation.quote == nil
    if !situation.progress.isFinal && !isAsking {
      model["refresh"] = keep
      model["refreshHint"] = words(.refreshHint)
    }
  }
}

extension String {
  /// The text with a capital first letter, where that is ASCII.
  fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst() }
}
