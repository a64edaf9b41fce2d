public import Primitives

/// The two keys of a session, derived from the device's key and a nonce of each side.
///
/// ```
/// PRK  = HMAC(key = sn ‖ dn, msg = device key)
/// info = "coinslot.v1" 00 device-id 00 key-serial (ASCII decimal)
/// T1   = HMAC(PRK, info ‖ 01)            device → server
/// T2   = HMAC(PRK, T1 ‖ info ‖ 02)       server → device
/// ```
/// The device key itself never travels, and a session's keys are worth nothing in the next.
public struct SessionKeys: Sendable {
  /// From device to server.
  public let up: Bytes32
  /// From server to device.
  public let down: Bytes32

  /// Derives both.
  public init(
    deviceKey: Bytes32,
    device: WireText,
    serial: UInt32,
    serverNonce: SessionNonce,
    deviceNonce: SessionNonce
  ) {
    var extract = HMACSHA256(key: serverNonce.joined(deviceNonce))
    extract.update(deviceKey)
    let prk = extract.finish()
    var info: [UInt8] = []
    let label = LinkTransport.subprotocol
    for i in 0..<label.utf8CodeUnitCount { info.append(label.byte(at: i)) }
    info.append(0)
    info.append(contentsOf: device.utf8)
    info.append(0)
    DecimalDigits.append(UInt64(serial), to: &info)
    var first = HMACSHA256(key: prk)
    first.update(info.span)
    first.update(UInt8(1))
    up = first.finish()
    var second = HMACSHA256(key: prk)
    second.update(up)
    second.update(info.span)
    second.update(UInt8(2))
    down = second.finish()
  }
}

/// Sixteen bytes that are used for one session only: random on the server (`sn`), random or counted on the device
/// (`dn`).
public struct SessionNonce: Hashable, Sendable {
  /// The first and the last eight bytes, big-endian.
  let high: UInt64
  let low: UInt64

  /// A nonce counted on the device: the boot number and the number of the session within that boot.
  public init(boot: UInt64, session: UInt64) {
    high = boot
    low = session
  }

  /// The number of the session within a boot; nil where the nonce was not counted but drawn by lot.
  public func session(ofBoot boot: UInt64) -> UInt64? { high == boot ? low : nil }

  /// A nonce of exactly 16 bytes; nil for another count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    var i = 0
    for byte in bytes {
      if i < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
      i += 1
    }
    self.high = high
    self.low = low
  }

  /// The sixteen bytes.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    for shift in 0..<8 { out.append(UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * shift))) }
    for shift in 0..<8 { out.append(UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * shift))) }
    return out
  }

  /// Both nonces as one key.
  func joined(_ other: SessionNonce) -> Bytes32 { Bytes32(words: high, low, other.high, other.low) }
}
