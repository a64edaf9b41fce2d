import Coinslot

/// A progress in the words of a language: a headline, what it means, and what happens with the money.
struct ProgressText {
  let headline: String
  let detail: String
  /// `calm`, `good`, `bad`: the page gives each a sign and a colour.
  let tone: String

  /// The words for a progress; `paid` is what was paid for the sale, where there is one.
  init(_ progress: Progress, paid: Amount?, asset: Asset, words: Words) {
    let paid = { (sale: Sale) in words.amount(paid ?? sale.price, asset) }
    let gives = { (sale: Sale) in sale.purchase.map(words.purchase) ?? words(.saleNothing) }
    switch progress {
    case .waiting: self.init(words(.liveWaiting), words(.liveWaitingDetail), "calm")
    case .seen: self.init(words(.liveSeen), words(.liveSeenDetail), "calm")
    case .part(let received, let due):
      let missing = due.subtracting(received) ?? .zero
      self.init(
        words(.livePart),
        words(
          .livePartDetail,
          [
            "received": words.amount(received, asset), "due": words.amount(due, asset),
            "missing": words.amount(missing, asset),
          ]
        ),
        "calm"
      )
    case .over: self.init(words(.quoteOver), words(.quoteOverDetail), "bad")
    case .confirmed(let sale):
      self.init(
        words(.liveConfirmed),
        words(.liveConfirmedDetail, ["amount": paid(sale), "gives": gives(sale)]),
        "good"
      )
    case .doubt: self.init(words(.liveDoubt), words(.liveDoubtDetail), "bad")
    case .running(let sale, _):
      self.init(words(.liveRunning), words(.liveRunningDetail, ["amount": paid(sale), "gives": gives(sale)]), "good")
    case .held(let reason):
      self.init(words(.liveHeld), words(.liveHeldDetail, ["why": Self.why(reason, words)]), "bad")
    case .ended(let sale, let outcome): self.init(sale, outcome, words, amount: paid(sale), gives: gives(sale))
    }
  }

  private init(_ sale: Sale, _ outcome: Outcome, _ words: Words, amount: String, gives: String) {
    switch outcome {
    case .done: self.init(words(.liveDone), words(.liveDoneDetail, ["amount": amount, "gives": gives]), "good")
    case .sent: self.init(words(.liveSent), words(.liveSentDetail, ["amount": amount, "gives": gives]), "good")
    case .partly: self.init(words(.livePartly), words(.livePartlyDetail), "bad")
    case .expired: self.init(words(.liveExpired), words(.liveExpiredDetail, ["amount": amount]), "bad")
    case .failed: self.init(words(.liveFailed), words(.liveFailedDetail, ["amount": amount]), "bad")
    case .held: self.init(words(.liveHeld), words(.liveHeldDetail, ["why": Self.why(sale.reason, words)]), "bad")
    case .refundDue: self.init(words(.liveRefundDue), words(.liveRefundDueDetail, ["amount": amount]), "bad")
    case .refunded: self.init(words(.liveRefunded), words(.liveRefundedDetail), "calm")
    case .reverted: self.init(words(.liveReverted), words(.liveRevertedDetail), "bad")
    case .unknown: self.init(words(.liveUnknown), words(.liveUnknownDetail), "bad")
    }
  }

  private init(_ headline: String, _ detail: String, _ tone: String) {
    self.headline = headline
    self.detail = detail
    self.tone = tone
  }

  private static func why(_ reason: String?, _ words: Words) -> String {
    switch reason.flatMap(HoldReason.init(rawValue:)) {
    case .underpaid: words(.heldUnderpaid)
    case .overpaid: words(.heldOverpaid)
    case .tooOld: words(.heldTooOld)
    case .closed: words(.heldClosed)
    case .busy: words(.heldBusy)
    case .queueFull: words(.heldQueueFull)
    case .noSlot: words(.heldNoSlot)
    case .late: words(.heldLate)
    case .deviceHeld: words(.heldDevice)
    case .foundAfterRestore: words(.heldRestored)
    case nil: words(.heldOther)
    }
  }
}
