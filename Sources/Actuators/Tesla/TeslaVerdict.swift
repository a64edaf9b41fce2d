import Primitives

/// What an answer of the signing proxy, or of the Fleet API behind it, says about a command.
enum TeslaVerdict: Hashable {
  /// The car did it.
  case done
  /// The car looked at it and did not.
  case refused
  /// Not executed: the car sleeps or is out of reach.
  case asleep
  /// Not executed: the token is too old.
  case tokenOld
  /// Not executed: something must be set up first.
  case configuration
  /// Not executed: the account lives in another region, whose address may be told.
  case otherRegion(String?)
  /// Not executed: too much was asked; after so many milliseconds.
  case wait(Int64?)
  /// It may have been executed.
  case unknown

  /// Judges an answer.
  init(_ reply: OutgoingReply) {
    let json = reply.isWhole ? try? JSONValue(parsing: reply.body) : nil
    let words = (json?["error"]?.string ?? json?["response"]?["reason"]?.string ?? "").lowercased()
    switch reply.status {
    case 200:
      switch json?["response"]?["result"]?.bool {
      case true?: self = .done
      // The car answered, and not with yes.
      case false?: self = .refused
      case nil: self = .unknown
      }
    case 401: self = .tokenOld
    case 403, 412: self = .configuration
    case 408: self = .asleep
    case 421: self = .otherRegion(Self.address(in: json?["error"]?.string ?? ""))
    case 429: self = .wait(reply.retryAfterMS)
    case 503: self = .asleep
    case 500 where words.contains("offline or asleep") || words.contains("vehicle unavailable"): self = .asleep
    case 500 where words.contains("busy") || words.contains("finishing wake"): self = .wait(nil)
    case 400, 402, 404, 405, 413, 415, 422, 451: self = .configuration
    default: self = .unknown
    }
  }

  /// The first https address in a sentence.
  private static func address(in text: String) -> String? {
    text.split { " ,;\"'()<>".contains($0) }.first { $0.hasPrefix("https://") }.map(String.init)
  }
}
