/// What a payment can buy at a slot.
public struct Purchase: Hashable, Sendable {
  /// How long the effect lasts, milliseconds; 0 where it is a single deed.
  public let ms: UInt64
  /// The function chosen by the amount, where the slot has functions.
  public let function: String?

  /// A time, a function, or both.
  public init(ms: UInt64, function: String? = nil) {
    self.ms = ms
    self.function = function
  }
}

/// One line of a price table.
public struct Step: Hashable, Sendable {
  /// From this amount on.
  public let at: Amount
  /// What it buys.
  public let gives: Purchase

  /// A line.
  public init(at: Amount, gives: Purchase) {
    self.at = at
    self.gives = gives
  }
}

/// How an amount becomes a purchase.
public enum PriceRule: Hashable, Sendable {
  /// One price, one thing.
  case exact(Step)
  /// Rising amounts that buy rising times; the highest line reached counts.
  case steps([Step])
  /// Time by the minute: nothing below `minimum`, no more than `capMS`.
  case rate(perMinute: Amount, minimum: Amount, capMS: UInt64)
  /// The amount selects what happens.
  case functions([Step])

  /// Why a rule cannot be, in words for whoever wrote it; nil where it can.
  public var mistake: String? {
    switch self {
    case .exact(let step):
      return step.at == .zero ? "a price of nothing sells to everybody" : nil
    case .steps(let steps), .functions(let steps):
      if steps.isEmpty { return "the price table is empty" }
      if steps[0].at == .zero { return "a price of nothing sells to everybody" }
      if zip(steps, steps.dropFirst()).contains(where: { $0.at >= $1.at }) {
        return "each amount must be above the one before"
      }
      if case .steps = self, zip(steps, steps.dropFirst()).contains(where: { $0.gives.ms > $1.gives.ms }) {
        return "a higher amount must not buy less time"
      }
      return nil
    case .rate(let perMinute, let minimum, let capMS):
      if perMinute == .zero { return "a rate of nothing sells for ever" }
      if minimum == .zero { return "the minimum must be more than nothing" }
      if capMS == 0 { return "the cap must be more than nothing" }
      return Self.timeMS(minimum, perMinute: perMinute, capMS: capMS) == 0
        ? "the minimum buys less than a millisecond" : nil
    }
  }

  /// The least amount that buys anything.
  public var least: Amount {
    switch self {
    case .exact(let step): step.at
    case .steps(let steps), .functions(let steps): steps.first?.at ?? .zero
    case .rate(_, let minimum, _): minimum
    }
  }

  /// What `amount` buys.
  ///
  /// The highest line reached counts and the rest is a remainder; more than twice the dearest thing is too much to be
  /// meant.
  public func answer(_ amount: Amount) -> PriceAnswer {
    switch self {
    case .exact(let step): Self.floor([step], amount)
    case .steps(let steps), .functions(let steps): Self.floor(steps, amount)
    case .rate(let perMinute, let minimum, let capMS):
      Self.rated(amount, perMinute: perMinute, minimum: minimum, capMS: capMS)
    }
  }

  private static func floor(_ steps: [Step], _ amount: Amount) -> PriceAnswer {
    guard let first = steps.first, let last = steps.last, let step = steps.last(where: { $0.at <= amount }) else {
      return .tooLittle(least: steps.first?.at ?? .zero)
    }
    precondition(first.at <= last.at)
    guard amount <= last.at.doubled, let remainder = amount.subtracting(step.at) else {
      return .tooMuch(dearest: last.at)
    }
    return .buys(step.gives, price: step.at, remainder: remainder)
  }

  private static func rated(_ amount: Amount, perMinute: Amount, minimum: Amount, capMS: UInt64) -> PriceAnswer {
    guard amount >= minimum else { return .tooLittle(least: minimum) }
    let cap = cost(ofMS: capMS, perMinute: perMinute)
    let dearest = max(cap, minimum)
    guard amount <= dearest.doubled else { return .tooMuch(dearest: dearest) }
    let ms = timeMS(amount, perMinute: perMinute, capMS: capMS)
    let price = amount > cap ? max(cap, minimum) : amount
    return .buys(Purchase(ms: ms), price: price, remainder: amount.subtracting(price) ?? .zero)
  }

  /// Milliseconds that `amount` buys, rounded down, never above the cap; exact for every 128-bit amount.
  static func timeMS(_ amount: Amount, perMinute: Amount, capMS: UInt64) -> UInt64 {
    let product = amount.units.multipliedFullWidth(by: 60_000)
    guard product.high < perMinute.units else { return capMS }
    let ms = perMinute.units.dividingFullWidth(product).quotient
    return ms > UInt128(capMS) ? capMS : UInt64(ms)
  }

  /// What `ms` milliseconds cost, rounded up, held at 2¹²⁸ − 1.
  public static func cost(ofMS ms: UInt64, perMinute: Amount) -> Amount {
    let product = perMinute.units.multipliedFullWidth(by: UInt128(ms))
    guard product.high < 60_000 else { return Amount(.max) }
    let (quotient, rest) = UInt128(60_000).dividingFullWidth(product)
    return rest == 0 ? Amount(quotient) : Amount(quotient).adding(Amount(1)) ?? Amount(.max)
  }
}

/// What an amount buys under a rule.
public enum PriceAnswer: Hashable, Sendable {
  /// A purchase, what it costs, and what was paid above that.
  case buys(Purchase, price: Amount, remainder: Amount)
  /// Below the least price.
  case tooLittle(least: Amount)
  /// More than twice the dearest thing.
  case tooMuch(dearest: Amount)
}

/// A price rule and since when it counts.
public struct PriceVersion: Hashable, Sendable {
  /// 1, 2, … per slot.
  public let number: Int
  /// The rule.
  public let rule: PriceRule
  /// In force from this moment, wall-clock milliseconds, until the next version.
  public let fromMS: Int64

  /// A version.
  public init(number: Int, rule: PriceRule, fromMS: Int64) {
    self.number = number
    self.rule = rule
    self.fromMS = fromMS
  }
}

extension PriceVersion {
  /// How long a payer may have looked at an old price before paying, milliseconds.
  public static let graceMS: Int64 = 600_000

  /// The answer kinder to the payer among versions that may have been on the page when they paid.
  public static func kindest(_ versions: [PriceVersion], for amount: Amount) -> (PriceAnswer, version: Int)? {
    versions.map { ($0.rule.answer(amount), version: $0.number) }.max { kindness($0.0) < kindness($1.0) }
  }

  /// More time is kinder, then more change; a sale is kinder than none.
  private static func kindness(_ answer: PriceAnswer) -> Kindness {
    switch answer {
    case .buys(let purchase, _, let remainder): Kindness(sells: 1, ms: purchase.ms, remainder: remainder)
    case .tooLittle, .tooMuch: Kindness(sells: 0, ms: 0, remainder: .zero)
    }
  }

  private struct Kindness: Comparable {
    let sells: Int, ms: UInt64, remainder: Amount
    static func < (a: Kindness, b: Kindness) -> Bool { (a.sells, a.ms, a.remainder) < (b.sells, b.ms, b.remainder) }
  }
}

extension PriceRule {
  /// The next dearer line above an amount, where the rule has lines.
  public func next(above amount: Amount) -> Amount? {
    switch self {
    case .exact, .rate: nil
    case .steps(let steps), .functions(let steps): steps.first { $0.at > amount }?.at
    }
  }
}
