/// What we answer to a webhook, and what BTCPay Server makes of it.
package enum BTCPayAnswer: Hashable, Sendable {
  /// The payment is recorded durably, now or before.
  case recorded
  /// There is nothing to record, and never will be; the word says why.
  case ignored(String)
  /// The signature is wrong: not from the server that knows our secret.
  case forged
  /// Signed, but no message.
  case unreadable
  /// It could not be looked at or recorded just now.
  case later(String)

  /// The HTTP status: 2xx only for what needs no further word, 503 for whatever may be better the next time.
  package var status: Int {
    switch self {
    case .recorded, .ignored: 200
    case .forged: 401
    case .unreadable: 400
    case .later: 503
    }
  }

  /// Whether BTCPay Server sends the message again after an answer with this status; nil: no answer at all.
  ///
  /// Only where automatic redelivery is on for the webhook.
  package static func isSentAgain(after status: Int?) -> Bool {
    guard let status else { return true }
    return status >= 500 || status == 408 || status == 429
  }

  /// The pauses before each new try, seconds; after the last there is none.
  ///
  /// Messages of one webhook wait for each other, so a failing one delays the others by as much.
  package static let pausesS: [Int64] = [10, 60, 600, 600, 600, 600, 600, 600]
}
