import Coinslot
import Nano
import Primitives

/// The members of a request to the control endpoint.
struct ControlInput {
  private let value: JSONValue

  init(_ value: JSONValue) { self.value = value }

  /// A member that is there and not null.
  subscript(_ key: String) -> JSONValue? { value[key].flatMap { $0.isNull ? nil : $0 } }

  func account(_ key: String) throws(ControlRefusal) -> Bytes32 {
    guard let account = try optionalAccount(key) else { throw .bad(key) }
    return account
  }

  func optionalAccount(_ key: String) throws(ControlRefusal) -> Bytes32? {
    guard let value = self[key] else { return nil }
    guard let text = value.string, let account = try? NanoAddress.decode(text) else { throw .bad(key) }
    return account
  }

  func hash(_ key: String) throws(ControlRefusal) -> Bytes32 {
    guard let hash = try optionalHash(key) else { throw .bad(key) }
    return hash
  }

  func optionalHash(_ key: String) throws(ControlRefusal) -> Bytes32? {
    guard let value = self[key] else { return nil }
    guard let text = value.string, let hash = try? Hex.bytes32(text) else { throw .bad(key) }
    return hash
  }

  /// `amount_raw` in digits, or `amount` in XNO with or without its unit.
  func amount() throws(ControlRefusal) -> Amount {
    if let raw = self["amount_raw"] {
      guard let text = raw.string ?? raw.number, let amount = try? Amount(units: text) else { throw .bad("amount_raw") }
      return amount
    }
    guard let text = self["amount"]?.string else { throw .bad("amount") }
    guard let amount = (try? Asset.nano.amount(withUnit: text)) ?? (try? Asset.nano.amount(text)) else {
      throw .bad("amount")
    }
    return amount
  }

  func number(_ key: String, _ range: ClosedRange<Int>) throws(ControlRefusal) -> Int {
    guard let number = try optionalNumber(key, range) else { throw .bad(key) }
    return number
  }

  func optionalNumber(_ key: String, _ range: ClosedRange<Int>) throws(ControlRefusal) -> Int? {
    guard let value = self[key] else { return nil }
    guard let number = value.int, range.contains(number) else { throw .bad(key) }
    return number
  }

  func optionalTruth(_ key: String) throws(ControlRefusal) -> Bool? {
    guard let value = self[key] else { return nil }
    guard let truth = value.bool else { throw .bad(key) }
    return truth
  }
}
