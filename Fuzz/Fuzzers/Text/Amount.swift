import Coinslot
import Primitives

/// Amounts have one spelling in raw; what a person writes is told back as the same money.
func fuzzAmount(_ bytes: Span<UInt8>) {
  guard let text = bytes.text else { return }
  let raw = try? Amount(units: text)
  expect(raw?.units == DecimalDigits.uint128(bytes), "raw and digits disagree")
  if let raw { holds(raw, text) }
  if let amount = try? Asset.nano.amount(text) { told(amount) }
  if let amount = try? Asset.nano.amount(withUnit: text) { told(amount) }
}

private func holds(_ raw: Amount, _ text: String) {
  expect(raw.description.utf8.elementsEqual(text.utf8), "raw has two spellings")
  expect(Amount(bytes: raw.bytes) == raw, "raw as bytes")
  told(raw)
  let half = Amount(raw.units / 2)
  expect(half.adding(raw)?.subtracting(half) == raw || half.adding(raw) == nil, "sum and difference")
  expect(raw.doubled >= raw, "doubled")
}

private func told(_ amount: Amount) {
  let text = Asset.nano.text(amount)
  expect((try? Asset.nano.amount(text)) == amount, "told back as other money: \(text)")
  expect((try? Asset.nano.amount(withUnit: Asset.nano.textWithUnit(amount))) == amount, "told back with its unit")
}
