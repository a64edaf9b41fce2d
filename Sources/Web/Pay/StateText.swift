import Coinslot

/// A slot's state in the words of a language.
struct StateText {
  /// One or two words.
  let word: String
  /// One sentence: what it means for who wants to pay.
  let detail: String
  /// `ready`, `busy`, `shut`: the page gives each a sign and a colour.
  let tone: String

  init(_ state: SlotState, nowMS: Int64, words: Words) {
    let time = { (untilMS: Int64) in
      // Rounded up to a minute, since nobody plans by the second and a second later it would be wrong.
      let leftMS = UInt64(max(0, untilMS - nowMS))
      return words.duration(ms: leftMS < 60_000 ? max(1_000, leftMS) : (leftMS + 59_999) / 60_000 * 60_000)
    }
    switch state {
    case .ready: self.init(words(.stateReady), words(.stateReadyDetail), "ready")
    case .busy(let untilMS, let extends):
      let phrase = extends ? Phrase.stateBusyExtends : .stateBusyQueues
      self.init(words(.stateBusy), words(phrase, ["time": time(untilMS)]), "busy")
    case .occupied(let untilMS):
      self.init(words(.stateOccupied), words(.stateOccupiedDetail, ["time": time(untilMS)]), "shut")
    case .away: self.init(words(.stateAway), words(.stateAwayDetail), "shut")
    case .closed(let why): self.init(words(.stateClosed), why.isEmpty ? words(.stateClosedDetail) : why, "shut")
    case .notWatching: self.init(words(.stateNotWatching), words(.stateNotWatchingDetail), "shut")
    // Why is for the operator: it may name hosts.
    case .trouble: self.init(words(.stateTrouble), words(.stateTroubleDetail), "shut")
    case .outOfOrder: self.init(words(.stateOutOfOrder), words(.stateOutOfOrderDetail), "shut")
    }
  }

  private init(_ word: String, _ detail: String, _ tone: String) {
    self.word = word
    self.detail = detail
    self.tone = tone
  }
}
