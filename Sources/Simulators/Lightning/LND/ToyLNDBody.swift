import Primitives

/// The members of a request to LND: Protocol Buffers as JSON, where what is left out is zero or empty.
struct ToyLNDBody {
  private let value: JSONValue

  init(_ request: ToyHTTPRequest) throws(ToyLNDError) {
    guard let json = request.json, json.object != nil else { throw .invalid("invalid JSON") }
    value = json
  }

  /// 64-bit numbers come as texts or numbers.
  func number(_ key: String) throws(ToyLNDError) -> UInt64 {
    guard let member = value[key], !member.isNull else { return 0 }
    guard let number = UInt64(member.string ?? member.number ?? "") else {
      throw .invalid("invalid value for uint64 type: \(key)")
    }
    return number
  }

  func text(_ key: String) throws(ToyLNDError) -> String {
    guard let member = value[key], !member.isNull else { return "" }
    guard let text = member.string else { throw .invalid("invalid value for string type: \(key)") }
    return text
  }

  func truth(_ key: String) throws(ToyLNDError) -> Bool {
    guard let member = value[key], !member.isNull else { return false }
    guard let truth = member.bool else { throw .invalid("invalid value for bool type: \(key)") }
    return truth
  }

  /// 32 bytes in base 64; nil where it is left out or empty.
  func hash(_ key: String) throws(ToyLNDError) -> Bytes32? {
    let text = try text(key)
    guard !text.isEmpty else { return nil }
    guard let bytes = ToyLNDRoute.bytes(base64: text) else { throw .invalid("invalid value for bytes type: \(key)") }
    guard let hash = Bytes32(bytes) else { throw .unknown("\(key) is \(bytes.count) bytes, must be 32") }
    return hash
  }
}
