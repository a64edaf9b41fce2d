import Coinslot

/// Amounts of money as people write them: a number and a unit, `0.1 XNO` or `100 raw`.
enum AmountText {
  /// An amount above nothing.
  static func amount(_ text: String, of asset: Asset) throws(Wrong) -> Amount {
    let amount: Amount
    do { amount = try asset.amount(withUnit: text) } catch { throw refusal(text, error, asset) }
    guard amount > .zero else { throw Wrong("a price of nothing sells to everybody", hint: "write more than 0") }
    return amount
  }

  private static func refusal(_ text: String, _ refusal: AmountRefusal, _ asset: Asset) -> Wrong {
    let example = example(asset)
    switch refusal {
    case .unknownUnit(let unit): return unitRefusal(text, unit, asset)
    case .empty: return Wrong("is empty", hint: "write an amount such as \"\(example)\"")
    case .notDigits where text.contains(","):
      return Wrong(
        "\"\(text)\" has a comma",
        hint: "write a point: \"\(text.split(separator: ",").joined(separator: "."))\""
      )
    case .notDigits:
      return Wrong("\"\(text)\" is no amount", hint: "digits and at most one point, such as \"\(example)\"")
    case .leadingZero: return Wrong("\"\(text)\" begins with a zero too many")
    case .tooLarge: return Wrong("\(text) is more than there can be")
    case .tooFine(let decimals):
      return Wrong(
        "\(text) is finer than a \(asset.smallest)",
        hint: "at most \(decimals) digits after the point"
      )
    }
  }

  private static func example(_ asset: Asset) -> String { asset == .satoshi ? "21 sat" : "0.1 \(asset.code)" }

  /// What people also call the units of an asset.
  private static let others = [
    Asset.nano.code: ["nano": "XNO", "nanos": "XNO", "ӿ": "XNO", "mnano": "XNO"],
    Asset.satoshi.code: [
      "sats": "sat", "satoshi": "sat", "satoshis": "sat", "msats": "msat", "millisat": "msat", "millisats": "msat",
      "millisatoshi": "msat",
    ],
  ]

  private static func unitRefusal(_ text: String, _ unit: String, _ asset: Asset) -> Wrong {
    let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." || $0 == "," }
    let glued = text.dropFirst(number.count).drop { $0 == " " }
    if glued.isEmpty {
      guard !number.isEmpty else { return Wrong("\"\(text)\" is no amount", hint: "write \"\(example(asset))\"") }
      return Wrong("\"\(text)\" has no unit", hint: "write \"\(text) \(asset.code)\"")
    }
    let said = glued.lowercased()
    let others = others[asset.code] ?? [:]
    let units = [asset.code, asset.smallest]
    if !number.isEmpty, let meant = units.first(where: { $0.lowercased() == said }) ?? others[said] {
      return Wrong("\"\(text)\" has no unit that is known here", hint: "write \"\(number) \(meant)\"")
    }
    if number.isEmpty { return Wrong("\"\(text)\" is no amount", hint: "write \"\(example(asset))\"") }
    return Wrong(
      "\"\(glued)\" is no unit of this network",
      hint: "units: \(units.joined(separator: " and "))"
    )
  }
}
