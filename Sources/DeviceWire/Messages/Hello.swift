import Primitives

/// Device → server, the first sealed frame: who I am and how my outputs are.
///
/// ```
/// {"hello":{"dev":"charger-1","key":1,"dn":"…","boot":118,"fw":"1.2.0",
///   "ch":[{"c":0,"n":41,"is":"running","left":312000}]}}
/// ```
public struct Hello: Hashable, Sendable {
  /// The device.
  public let device: WireText
  /// The serial of the key it used, from 1.
  public let keySerial: UInt32
  /// The device's nonce.
  public let deviceNonce: SessionNonce
  /// How often it has booted.
  public let boot: UInt64
  /// What it runs.
  public let firmware: WireText
  /// Its outputs.
  public let channels: [ChannelReport]

  static let deviceLimit = 64
  static let firmwareLimit = 64

  /// A hello.
  public init(
    device: WireText,
    keySerial: UInt32,
    deviceNonce: SessionNonce,
    boot: UInt64,
    firmware: WireText,
    channels: [ChannelReport]
  ) {
    self.device = device
    self.keySerial = keySerial
    self.deviceNonce = deviceNonce
    self.boot = boot
    self.firmware = firmware
    self.channels = channels
  }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var device: WireText?
    var keySerial: UInt32?
    var deviceNonce: SessionNonce?
    var boot: UInt64?
    var firmware: WireText?
    var channels: [ChannelReport]?
    try reader.beginObject(in: json)
    while let key = try reader.key(in: json) {
      if key.equals("dev", in: json) {
        try reader.read(&device, least: 1, limit: Hello.deviceLimit, in: json)
      } else if key.equals("key", in: json) {
        try reader.read(&keySerial, least: 1, in: json)
      } else if key.equals("dn", in: json) {
        try reader.read(&deviceNonce, in: json)
      } else if key.equals("boot", in: json) {
        try reader.read(&boot, in: json)
      } else if key.equals("fw", in: json) {
        try reader.read(&firmware, limit: Hello.firmwareLimit, in: json)
      } else if key.equals("ch", in: json) {
        guard channels == nil else { throw Malformed() }
        channels = try ChannelReport.list(from: &reader, in: json)
      } else {
        try reader.skip(in: json)
      }
    }
    guard let device, let keySerial, let deviceNonce, let boot, let channels else { throw Malformed() }
    self.init(
      device: device,
      keySerial: keySerial,
      deviceNonce: deviceNonce,
      boot: boot,
      firmware: firmware ?? "",
      channels: channels
    )
  }

  func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("dev")
    writer.string(utf8: device.utf8.span)
    writer.key("key")
    writer.number(UInt64(keySerial))
    writer.key("dn")
    writer.hex(deviceNonce.bytes.span)
    writer.key("boot")
    writer.number(boot)
    writer.key("fw")
    writer.string(utf8: firmware.utf8.span)
    ChannelReport.encode(channels, into: &writer)
    writer.endObject()
  }
}
