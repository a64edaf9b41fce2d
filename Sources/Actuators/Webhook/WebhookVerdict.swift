import Coinslot

/// What a webhook's status says about the deed.
enum WebhookVerdict {
  /// Taken, refused, or to be asked again; the receiver knows a repetition by its id.
  static func step(status: Int, retryAfterMS: Int64?) -> Tries.Step {
    switch status {
    case 200..<300: .ended(.done)
    case 410: .refused(EndWord.gone)
    case 401, 403: .refused(EndWord.notAllowed)
    // It was not looked at: too early, too much, or too slowly for the receiver.
    case 408, 425, 429, 503: .again(EndWord.away, afterMS: retryAfterMS)
    case 500...: .unclear(EndWord.failed, afterMS: retryAfterMS)
    // Everything else is no, redirects too: who is sent elsewhere must name that place.
    default: .refused(EndWord.refused)
    }
  }
}
