import Coinslot

/// What a Lightning Address or an LNURL names: a slot, or one function of it.
///
/// `car` is the slot, `car.honk` its function; `honk` alone is a function that only one slot has.
struct PayName: Hashable {
  let slot: Slot
  let option: Slot.PayOption
  /// The step that the name means; nil where the amount selects.
  let step: Step?

  /// Reads a name, whatever its case; nil where nothing that takes Lightning has it.
  init?(_ text: String, among slots: [SlotID: Slot], on chain: Chain) {
    let name = text.lowercased()
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    if let id = SlotID(rawValue: parts.first ?? ""), let slot = slots[id], let option = slot.option(on: chain) {
      guard parts.count == 2 else {
        self.init(slot: slot, option: option, step: nil)
        return
      }
      guard let step = option.price.step(doing: parts[1]) else { return nil }
      self.init(slot: slot, option: option, step: step)
      return
    }
    let found = slots.values.compactMap { slot -> PayName? in
      guard let option = slot.option(on: chain), let step = option.price.step(doing: name) else { return nil }
      return PayName(slot: slot, option: option, step: step)
    }
    guard found.count == 1 else { return nil }
    self = found[0]
  }

  private init(slot: Slot, option: Slot.PayOption, step: Step?) {
    self.slot = slot
    self.option = option
    self.step = step
  }

  /// The one spelling that links and addresses use.
  var text: String { step?.gives.function.map { "\(slot.id).\($0.lowercased())" } ?? slot.id.rawValue }

  /// What the payer reads.
  var title: String { step?.gives.function.map { "\(slot.title): \($0)" } ?? slot.title }

  /// What can be paid, millisatoshi; nil where the price is beyond what Lightning can carry.
  var msat: ClosedRange<UInt64>? {
    let least = step?.at ?? option.price.least, most = step?.at ?? option.price.dearest
    guard let least = UInt64(exactly: least.units), let most = UInt64(exactly: most.units), least > 0 else {
      return nil
    }
    return least...max(least, most)
  }
}

extension Slot {
  /// Where this slot takes money on a chain by invoices.
  func option(on chain: Chain) -> PayOption? {
    pay.first { $0.account.chain == chain && $0.tellApart == .invoice }
  }
}

extension PriceRule {
  /// The step that gives a function, whatever the case of its name.
  fileprivate func step(doing name: String) -> Step? {
    guard case .functions(let steps) = self else { return nil }
    return steps.first { $0.gives.function?.lowercased() == name }
  }

  /// The most that buys more than a little less would.
  fileprivate var dearest: Amount {
    switch self {
    case .exact(let step): step.at
    case .steps(let steps), .functions(let steps): steps.last?.at ?? .zero
    case .rate(let perMinute, let minimum, let capMS): max(minimum, PriceRule.cost(ofMS: capMS, perMinute: perMinute))
    }
  }
}
