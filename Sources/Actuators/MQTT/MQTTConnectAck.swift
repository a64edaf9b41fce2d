/// Whether we are let in.
struct MQTTConnectAck: Hashable, Sendable {
  /// Whether the server remembers us.
  let isPresent: Bool
  /// 0: yes; 1 to 5: why not.
  let code: UInt8

  init(isPresent: Bool, code: UInt8) {
    self.isPresent = isPresent
    self.code = code
  }

  init(decoding body: ArraySlice<UInt8>) throws(MQTTFault) {
    guard body.count == 2, let flags = body.first, let code = body.last, flags & 0xfe == 0 else { throw .malformed }
    self.init(isPresent: flags == 1, code: code)
  }

  /// Why not, for the operator; nil where we are let in.
  var refusal: String? {
    switch code {
    case 0: nil
    case 1: "the broker does not speak MQTT 3.1.1"
    case 2: "the broker does not take our client id"
    case 3: "the broker has no service at the moment"
    case 4: "the broker does not accept user and password"
    case 5: "the broker does not allow it: check user, password and its access list"
    default: "the broker refuses us (code \(code))"
    }
  }
}
