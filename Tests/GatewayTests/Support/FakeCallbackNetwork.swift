import Coinslot
import Primitives
import Synchronization

/// A toy network that counts how often it had to verify.
///
/// A callback is `{"to":"<64 hex>","id":"…","amount":"…","true":true}`, an address `nano_` or `xrb_` and
/// the key's 64 digits.
final class FakeCallbackNetwork: CallbackNetwork, Sendable {
  private let state: Mutex<(watched: Set<Bytes32>, also: [Set<Bytes32>], reads: Int)>

  init(watching keys: Set<Bytes32> = []) { state = Mutex((keys, [], 0)) }

  /// How often a body was verified.
  var reads: Int { state.withLock { $0.reads } }
  /// The sets of `watchAlso`, oldest first.
  var alsoWatched: [Set<Bytes32>] { state.withLock { $0.also } }

  func destination(of body: Span<UInt8>) throws(CallbackRefusal) -> Bytes32? {
    guard let to = try parse(body)["to"]?.string else { return nil }
    do { return try Hex.bytes32(to) } catch { throw CallbackRefusal(code: "bad_destination", detail: "no key") }
  }

  func isWatched(_ key: Bytes32) -> Bool { state.withLock { $0.watched.contains(key) } }

  func read(_ body: Span<UInt8>, heardAtMS: Int64) throws(CallbackRefusal) -> HeardTransfer? {
    state.withLock { $0.reads += 1 }
    let value = try parse(body)
    guard value["true"]?.bool == true else { throw CallbackRefusal(code: "bad_signature", detail: "it is not true") }
    guard let key = try destination(of: body), let id = value["id"]?.string,
      let amount = value["amount"]?.uint128 ?? value["amount"]?.string.flatMap({ UInt128($0) })
    else { return nil }
    return Self.transfer(to: key, id: id, amount: Amount(amount), heardAtMS: heardAtMS)
  }

  func key(of address: Span<UInt8>) -> Bytes32? {
    let text = String(decoding: (0..<address.count).map { address[$0] }, as: UTF8.self)
    for prefix in ["nano_", "xrb_"] where text.hasPrefix(prefix) {
      return try? Hex.bytes32(String(text.dropFirst(prefix.count)))
    }
    return nil
  }

  func watchAlso(_ keys: Set<Bytes32>) { state.withLock { $0.also.append(keys) } }

  private func parse(_ body: Span<UInt8>) throws(CallbackRefusal) -> JSONValue {
    do {
      return try JSONValue(parsing: body, maxDepth: 8)
    } catch {
      throw CallbackRefusal(code: "bad_json", detail: "not JSON at byte \(error.offset)")
    }
  }

  /// A key that differs by its number.
  static func key(_ number: UInt8) -> Bytes32 { Bytes32([UInt8](repeating: number, count: 32)) ?? .zero }

  /// A true callback.
  static func body(to key: Bytes32, id: String, amount: String = "5000000000000000000000000000000") -> String {
    #"{"to":"\#(key.hex())","id":"\#(id)","amount":"\#(amount)","true":true}"#
  }

  /// What a network makes of it.
  static func transfer(to key: Bytes32, id: String, amount: Amount = Asset.nano.one, heardAtMS: Int64 = 0)
    -> HeardTransfer
  {
    HeardTransfer(
      destination: key,
      sighting: Sighting(
        id: PaymentID(chain: .nanoSim, transaction: id),
        account: Account(chain: .nanoSim, canonical: key.hex()),
        heardAtMS: heardAtMS
      ),
      amount: amount,
      frame: Array(#"{"amount": "\#(amount)", "id": "\#(id)"}"#.utf8)
    )
  }
}

/// A till that keeps what it hears, up to a bound.
final class FakeInbox: SightingInbox, Sendable {
  private let state = Mutex([Sighting]())
  private let room: Int

  init(room: Int = .max) { self.room = room }

  var heard: [Sighting] { state.withLock { $0 } }

  func hear(_ sighting: Sighting) -> Hearing {
    state.withLock { heard in
      if heard.contains(where: { $0.id == sighting.id }) { return .merged }
      guard heard.count < room else { return .full }
      heard.append(sighting)
      return .queued
    }
  }

  func missedSome(of chain: Chain) {}
}
