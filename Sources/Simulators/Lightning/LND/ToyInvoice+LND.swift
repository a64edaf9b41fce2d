import Cryptography
import Primitives

// Invoices as LND's REST tells of them, member by member in its order.

extension ToyInvoice {
  /// `OPEN`, `SETTLED`, `CANCELED`, `ACCEPTED`.
  var lndState: String {
    switch state {
    case .unpaid: "OPEN"
    case .paid: "SETTLED"
    case .accepted: "ACCEPTED"
    case .expired, .cancelled: "CANCELED"
    }
  }

  func lnd(_ faults: LightningFaults) -> JSONValue {
    func base64(_ value: Bytes32?) -> JSONValue { .string(value.map { Sodium.Base64.encode($0.bytes) } ?? "") }
    func digits(_ value: some BinaryInteger) -> JSONValue { .string(String(value)) }
    let received = receivedMsat ?? 0
    var told: JSONValue = [
      "memo": .string(description ?? ""), "r_preimage": base64(preimage), "r_hash": base64(paymentHash),
      "value": digits((askedMsat ?? 0) / 1000), "value_msat": digits(askedMsat ?? 0), "settled": .bool(state == .paid),
      "creation_date": digits(createdAtS), "settle_date": digits(paidAtS ?? 0), "payment_request": .string(text),
      "description_hash": base64(descriptionHash), "expiry": digits(expiresAtS - createdAtS), "fallback_addr": "",
      "cltv_expiry": digits(cltvDelta), "route_hints": [], "private": .bool(isPrivate),
      "add_index": digits(createdIndex), "settle_index": digits(faults.zeroSettleIndex ? 0 : payIndex ?? 0),
      "amt_paid": digits(received), "amt_paid_sat": digits(received / 1000), "amt_paid_msat": digits(received),
      "state": .string(lndState), "htlcs": .array(htlcs), "features": .object([]), "is_keysend": .bool(isKeysend),
      "payment_addr": base64(paymentSecret), "is_amp": false, "amp_invoice_state": .object([]), "is_blinded": false,
      "blinded_path_config": .null,
    ]
    if faults.unknownFields, let members = told.object {
      told = .object(members + [.init("toy_newer_thing", ["list": [1, "two", .null]])])
    }
    return told
  }

  private var htlcs: [JSONValue] {
    guard let msat = held?.msat ?? receivedMsat else { return [] }
    let acceptedAtS = held?.acceptedAtS ?? paidAtS ?? 0
    let height = held?.acceptedAtHeight ?? 0
    return [
      [
        "chan_id": "123145302376448", "htlc_index": .string(String(createdIndex)), "amt_msat": .string(String(msat)),
        "accept_height": .number(height), "accept_time": .string(String(acceptedAtS)),
        "resolve_time": .string(String(state == .accepted ? 0 : paidAtS ?? acceptedAtS)),
        "expiry_height": .number(held?.expiresAtHeight ?? height + cltvDelta),
        "state": .string(state == .paid ? "SETTLED" : state == .accepted ? "ACCEPTED" : "CANCELED"),
        "custom_records": .object([]), "mpp_total_amt_msat": .string(String(msat)), "amp": .null,
        "custom_channel_data": "",
      ]
    ]
  }
}
