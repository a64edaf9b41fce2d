import Coinslot

/// How far a customer's payment has got, as the ledger shows it.
enum Progress: Equatable {
  /// Nothing has arrived.
  case waiting
  /// A hint was heard; nothing is proven.
  case seen
  /// A part of an offer's amount is there.
  case part(received: Amount, due: Amount)
  /// The offer's time is over and nothing arrived.
  case over
  /// Recorded; the machine has not answered yet.
  case confirmed(Sale)
  /// Recorded; the machine does not answer.
  case doubt(Sale)
  /// It runs until about then, wall-clock milliseconds.
  case running(Sale, endsAtMS: Int64)
  /// It ended, in one way or another.
  case ended(Sale, Outcome)
  /// Money arrived and bought nothing; there is no sale.
  case held(reason: String?)

  /// How far a sale has got.
  init(of sale: Sale, dispatch: Dispatch?) {
    if let outcome = sale.outcome {
      self = .ended(sale, outcome)
      return
    }
    switch dispatch?.state {
    case .accepted: self = .running(sale, endsAtMS: dispatch?.endsAtMS ?? sale.createdAtMS)
    case .doubt: self = .doubt(sale)
    case nil, .waiting, .offered, .settled: self = .confirmed(sale)
    }
  }

  /// The sale, where there is one.
  var sale: Sale? {
    switch self {
    case .confirmed(let sale), .doubt(let sale), .running(let sale, _), .ended(let sale, _): sale
    case .waiting, .seen, .part, .over, .held: nil
    }
  }

  /// The word for it that scripts and styles know.
  var kind: String {
    switch self {
    case .waiting: "waiting"
    case .seen: "seen"
    case .part: "part"
    case .over: "over"
    case .confirmed: "confirmed"
    case .doubt: "doubt"
    case .running: "running"
    case .ended(_, let outcome): outcome.rawValue
    case .held: "held"
    }
  }

  /// Whether nothing more will come.
  var isFinal: Bool {
    switch self {
    case .ended, .held: true
    case .waiting, .seen, .part, .over, .confirmed, .doubt, .running: false
    }
  }

  /// The step of four that is reached: seen, confirmed, running, done; 0 before, nil where the way was left.
  var step: Int? {
    switch self {
    case .waiting: 0
    case .seen, .part: 1
    case .confirmed, .doubt: 2
    case .running: 3
    case .ended(_, .done), .ended(_, .sent): 4
    case .over, .ended, .held: nil
    }
  }
}
