package import Coinslot

extension Words {
  /// An amount with its unit, with the language's decimal sign: `0.1 XNO`, `0,1 XNO`.
  package func amount(_ amount: Amount, _ asset: Asset) -> String {
    let text = asset.text(amount)
    guard let point = text.firstIndex(of: ".") else { return "\(text) \(asset.code)" }
    return "\(text[..<point])\(language.decimalSign)\(text[text.index(after: point)...]) \(asset.code)"
  }

  /// A length of time in words, at most two units, rounded down: `10 minutes`, `1 hour 30 minutes`.
  package func duration(ms: UInt64) -> String {
    let total = ms / 1000
    guard total > 0 else { return self(.aMoment) }
    let parts: [(UInt64, Phrase, Phrase)] = [
      (total / 86_400, .daysOne, .days), (total % 86_400 / 3_600, .hoursOne, .hours),
      (total % 3_600 / 60, .minutesOne, .minutes), (total % 60, .secondsOne, .seconds),
    ]
    let first = parts.firstIndex { $0.0 > 0 } ?? 3
    return parts[first..<min(first + 2, 4)].filter { $0.0 > 0 }
      .map { count, one, many in self(count == 1 ? one : many, ["n": String(count)]) }
      .joined(separator: " ")
  }

  /// What is left as a clock shows it, rounded up to a second: `9:58`, `1:02:03`.
  package func countdown(ms: UInt64) -> String {
    let total = ms / 1000 + (ms % 1000 == 0 ? 0 : 1)
    let twoDigits = { (value: UInt64) in value < 10 ? "0\(value)" : "\(value)" }
    let hours = total / 3_600
    let minutes = total % 3_600 / 60
    let seconds = twoDigits(total % 60)
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(seconds)" : "\(minutes):\(seconds)"
  }

  /// What is bought: a time, an operator's word for a function, or both.
  package func purchase(_ purchase: Purchase) -> String {
    switch (purchase.function, purchase.ms) {
    case (nil, 0): self(.once)
    case (nil, let ms): duration(ms: ms)
    case (let function?, 0): function
    case (let function?, let ms): self(.functionFor, ["function": function, "time": duration(ms: ms)])
    }
  }
}
