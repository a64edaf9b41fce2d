import Coinslot
import Nano
import Primitives

/// A Nano network whose node answers at once and always says yes, so that only our own time is measured.
///
/// Callbacks are read and their signatures checked as in the product.
struct InstantNetwork: PaymentNetwork, CallbackNetwork {
  let chain = Chain.nanoSim
  let asset = Asset.nano
  let health = SourceHealth.ok
  let watchSet = WatchSet()

  func account(_ text: String) throws(AddressRefusal) -> Account { Account(chain: chain, canonical: text) }
  func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String { "nano:\(account)" }

  func watch(_ accounts: [Account: Amount]) async {
    var keys: [Bytes32: (account: Account, least: Amount)] = [:]
    for (account, least) in accounts {
      if let key = key(of: Array(account.address.utf8).span) { keys[key] = (account, least) }
    }
    watchSet.setAccounts(keys, nowMS: 0)
  }

  func listen(into inbox: any SightingInbox) async { await Bell().wait(past: .max) }
  func genesis() async throws(VerificationFailure) -> String { "bench" }

  func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    let payment = Payment(
      id: sighting.id,
      account: sighting.account,
      payer: "nano_payer",
      amount: asset.one,
      earliestAtMS: sighting.heardAtMS,
      evidence: "{}"
    )
    return Verified(payment, isBeforeStart: false)
  }

  func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    let mark = StartMark(account: account, genesis: "bench", takenAtMS: World().nowMS, cursor: Cursor(position: "0"))
    return NewMark(mark: mark, before: [])
  }

  func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure) -> Reread {
    Reread(sightings: [], next: cursor)
  }

  func statement(of account: Account, from cursor: Cursor, _ page: ([StatementLine]) async throws -> Void) async throws
    -> [String]
  { [] }

  // MARK: - Callbacks

  func destination(of body: Span<UInt8>) throws(CallbackRefusal) -> Bytes32? {
    do { return try NanoCallback.destination(of: body) } catch {
      throw CallbackRefusal(code: "bad_field", detail: "\(error)")
    }
  }

  func isWatched(_ key: Bytes32) -> Bool { watchSet.account(key) != nil }

  func read(_ body: Span<UInt8>, heardAtMS: Int64) throws(CallbackRefusal) -> HeardTransfer? {
    guard case .candidate(let send) = NoticeVerdict(callback: body), let account = watchSet.account(send.destination)
    else { return nil }
    let id = PaymentID(chain: chain, transaction: send.hash.hex(uppercase: true))
    return HeardTransfer(
      destination: send.destination,
      sighting: Sighting(id: id, account: account, heardAtMS: heardAtMS),
      amount: send.claimedAmount ?? .zero,
      frame: []
    )
  }

  func key(of address: Span<UInt8>) -> Bytes32? { try? NanoAddress.decode(address) }
  func watchAlso(_ keys: Set<Bytes32>) { watchSet.setOthers(keys) }
}

/// One key for all devices.
struct OneKey: DeviceKeys {
  static let key = Money.key(42)
  func key(of device: DeviceID, serial: UInt32) -> [UInt8]? { Self.key.bytes }
  func makeKey(for device: DeviceID, serial: UInt32) -> [UInt8] { Self.key.bytes }
  func forget(_ device: DeviceID, below serial: UInt32?) {}
}
