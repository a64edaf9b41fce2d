import Coinslot

/// A price as it was read, with the places that later checks point to.
struct ReadPrice {
  let rule: PriceRule
  /// Each line's amount and the time it gives, with where they are written.
  var lines: [Line] = []

  struct Line {
    let at: Amount
    let atPlace: ConfigPlace
    let ms: UInt64
    let msPlace: ConfigPlace
    let path: String
    /// What the line does, where the amount selects it, and the output that it says itself.
    var function: String?
    var functionPlace = ConfigPlace.standard
    var channel: UInt8?
    var channelPlace = ConfigPlace.standard
  }
}

/// Reads how an amount becomes a purchase; every kind of price rule has its own shape.
struct PriceReading {
  let notes: ConfigNotes
  let network: PayNetwork
  /// Whether nothing smaller than a satoshi can be asked for.
  var takesWholeSatoshi = false
  /// What outputs may be called.
  let outputs: OutputNames

  private var asset: Asset { network.asset }

  /// Lines of a price table.
  static let mostLines = 100
  static let kinds = ["exact", "steps", "rate", "functions"]

  /// The rule, or nil where a mistake stands in its way.
  func read(_ section: ConfigSection) -> ReadPrice? {
    let written = Self.kinds.filter { section.has($0) }
    if written.count > 1 {
      section.error(
        written[1],
        "a price has one kind, and \"\(written[0])\" is there already",
        hint: "keep one of them"
      )
    }
    let price: ReadPrice?
    switch written.first {
    case "exact": price = exact(section)
    case "steps": price = table(section, "steps", like: "{ at: \"\(network.example)\", gives: 10min }", step)
    case "functions": price = table(section, "functions", like: "{ at: \"\(network.example)\", does: flash }", function)
    case "rate": price = rate(section)
    default:
      price = nil
      notes.error(
        section.place,
        section.path,
        "has no kind of price",
        hint: "write one of \(Self.kinds.joined(separator: ", "))"
      )
    }
    section.know(Self.kinds)
    section.end()
    guard written.count == 1, let price else { return nil }
    return check(price, section: section)
  }

  // MARK: - Kinds

  private func exact(_ section: ConfigSection) -> ReadPrice? {
    let gives = given(section, isNeeded: false)
    guard let at = section.value("exact", amount) else { return nil }
    let line = line(section, key: "exact", at: at, ms: gives ?? 0)
    return ReadPrice(rule: .exact(Step(at: at, gives: Purchase(ms: line.ms))), lines: [line])
  }

  private func rate(_ section: ConfigSection) -> ReadPrice? {
    let small = network == .nano ? "0.01 XNO" : "10 sat", more = network == .nano ? "0.05 XNO" : "50 sat"
    let example = "{ per_minute: \"\(small)\", minimum: \"\(more)\", cap: 2h }"
    guard let rate = section.section("rate", like: example) else { return nil }
    let perMinute = rate.needed("per_minute", why: "write per_minute: \"\(small)\"", amount)
    let minimum = rate.needed("minimum", why: "write the least payment, minimum: \"\(more)\"", amount)
    let cap = rate.needed("cap", why: "write the longest time one payment can buy, cap: 2h", duration)
    rate.end()
    guard let perMinute, let minimum, let cap else { return nil }
    let rule = PriceRule.rate(perMinute: perMinute, minimum: minimum, capMS: cap)
    if let mistake = rule.mistake {
      rate.error("minimum", mistake)
      return nil
    }
    let line = ReadPrice.Line(
      at: minimum,
      atPlace: rate.place(of: "minimum"),
      ms: cap,
      msPlace: rate.place(of: "cap"),
      path: rate.path
    )
    return ReadPrice(rule: rule, lines: [line])
  }

  private func table(
    _ section: ConfigSection,
    _ key: String,
    like example: String,
    _ read: (ConfigSection, inout ReadPrice) -> Step?
  ) -> ReadPrice? {
    let items = section.sections(key, like: example, limit: Self.mostLines)
    var price = ReadPrice(rule: .steps([]))
    var names: Set<String> = []
    let steps = items.compactMap { item -> Step? in
      let step = read(item, &price)
      item.end()
      if let name = step?.gives.function, !names.insert(name).inserted {
        item.error("does", "another amount does \"\(name)\" already", hint: "give each function a name of its own")
      }
      return step
    }
    guard !items.isEmpty, steps.count == items.count else {
      if items.isEmpty, !notes.hasErrors { section.error(key, "the price table is empty", hint: "write - \(example)") }
      return nil
    }
    return ReadPrice(
      rule: key == "steps" ? .steps(steps) : .functions(steps),
      lines: price.lines
    )
  }

  private func step(_ item: ConfigSection, _ price: inout ReadPrice) -> Step? {
    let at = item.needed("at", why: "write at: \"\(network.example)\"", amount)
    let ms = given(item, isNeeded: true)
    guard let at, let ms else { return nil }
    price.lines.append(line(item, key: "at", at: at, ms: ms))
    return Step(at: at, gives: Purchase(ms: ms))
  }

  private func function(_ item: ConfigSection, _ price: inout ReadPrice) -> Step? {
    let at = item.needed("at", why: "write at: \"\(network.example)\"", amount)
    let does = item.needed("does", why: "name the function, such as does: flash", Self.functionName)
    let ms = given(item, isNeeded: false)
    let channel = item.value("channel") { text throws(Wrong) in try outputs.output(text) }
    guard let at, let does else { return nil }
    var line = line(item, key: "at", at: at, ms: ms ?? 0)
    (line.function, line.functionPlace) = (does, item.place(of: "does"))
    (line.channel, line.channelPlace) = (channel, item.place(of: "channel"))
    price.lines.append(line)
    return Step(at: at, gives: Purchase(ms: ms ?? 0, function: does))
  }

  // MARK: - Values

  private func amount(_ text: String) throws(Wrong) -> Amount {
    let amount = try AmountText.amount(text, of: asset)
    guard network == .lightning else { return amount }
    guard amount <= Self.mostMsat else { throw Wrong("\(text) is more than there can be") }
    guard !takesWholeSatoshi || amount.units % 1_000 == 0 else {
      throw Wrong("phoenixd takes whole satoshi only, and \(text) is none")
    }
    return amount
  }

  /// 21 million bitcoin.
  private static let mostMsat = Amount(2_100_000_000_000_000_000)

  private func duration(_ text: String) throws(Wrong) -> UInt64 {
    UInt64(try DurationText.ms(text, in: 1...365 * 86_400_000))
  }

  private func given(_ section: ConfigSection, isNeeded: Bool) -> UInt64? {
    isNeeded
      ? section.needed("gives", why: "write what the amount buys, gives: 10min", duration)
      : section.value("gives", duration)
  }

  /// A name of something to do.
  static func functionName(_ text: String) throws(Wrong) -> String {
    let fits = text.utf8.allSatisfy {
      $0 >= 0x61 && $0 <= 0x7a || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2d || $0 == 0x5f
    }
    guard fits, (1...32).contains(text.utf8.count) else {
      throw Wrong("\"\(text)\" is no name of a function", hint: "1 to 32 of a-z, 0-9, - and _")
    }
    return text
  }

  private func line(_ section: ConfigSection, key: String, at: Amount, ms: UInt64) -> ReadPrice.Line {
    ReadPrice.Line(
      at: at,
      atPlace: section.place(of: key),
      ms: ms,
      msPlace: section.place(of: "gives"),
      path: section.path
    )
  }

  // MARK: - The table as a whole

  private func check(_ price: ReadPrice, section: ConfigSection) -> ReadPrice? {
    var isGood = true
    for (lower, upper) in zip(price.lines, price.lines.dropFirst()) {
      if lower.at >= upper.at {
        notes.error(
          upper.atPlace,
          "\(upper.path).at",
          "\(asset.textWithUnit(upper.at)) is not above the line before (\(asset.textWithUnit(lower.at)))",
          hint: "the amounts of a table rise"
        )
        isGood = false
      } else if case .steps = price.rule, lower.ms > upper.ms {
        notes.error(
          upper.msPlace,
          "\(upper.path).gives",
          "a higher amount buys less time than the line before",
          hint: "the times of a table rise with the amounts"
        )
        isGood = false
      }
    }
    let step = LowDigits.step(of: asset)
    for line in price.lines where line.at.units % step.units != 0 {
      notes.warning(
        line.atPlace,
        line.path,
        "many wallets cannot enter \(asset.textWithUnit(line.at))",
        hint: "use multiples of \(asset.textWithUnit(step))"
      )
    }
    guard isGood else { return nil }
    if let mistake = price.rule.mistake {
      notes.error(section.place, section.path, mistake)
      return nil
    }
    return price
  }
}
