/// Unique low parts of an amount, by which two customers at one address are told apart.
///
/// A part is `k` steps of 10²⁴ raw (wallets can enter 0.000001 XNO), 1 ≤ k ≤ 999, and never reaches the next price.
public enum LowDigits {
  /// The smallest part that wallets can enter: 10⁻⁶ of the asset's unit.
  public static func step(of asset: Asset) -> Amount {
    Amount((0..<max(0, asset.decimals - 6)).reduce(UInt128(1)) { power, _ in power * 10 })
  }

  /// How many different parts fit between a price and the next one.
  public static func room(price: Amount, next: Amount?, asset: Asset) -> Int {
    let step = step(of: asset)
    let gap = next.flatMap { $0.subtracting(price) }.map(\.units) ?? .max
    let fitting = gap == .max ? UInt128(999) : (gap - 1) / step.units
    return Int(min(999, fitting))
  }

  /// A free amount, chosen by chance; nil where all are taken.
  ///
  /// The same `chance` always chooses the same among the free.
  public static func choose(
    price: Amount,
    next: Amount?,
    asset: Asset,
    taken: Set<Amount>,
    chance: UInt64
  ) -> Amount? {
    let step = step(of: asset)
    let room = room(price: price, next: next, asset: asset)
    guard room > 0 else { return nil }
    let start = Int(chance % UInt64(room))
    for offset in 0..<room {
      let part = UInt128(1 + (start + offset) % room)
      guard let amount = price.adding(Amount(part * step.units)) else { continue }
      if !taken.contains(amount) { return amount }
    }
    return nil
  }
}
