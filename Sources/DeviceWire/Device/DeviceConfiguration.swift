public import Primitives

/// Who a device is and what it may do; fixed when it is set up.
public struct DeviceConfiguration: Sendable {
  /// Its name, 1 to 64 bytes.
  public let device: WireText
  /// Its key, 32 random bytes; a secret.
  public let key: Bytes32
  /// The serial of the key, from 1.
  public let keySerial: UInt32
  /// What it runs, at most 32 bytes of printable ASCII without quote or backslash.
  public let firmware: WireText
  /// What carries its frames.
  public let transport: LinkTransport
  /// Its outputs, 1 to 8, each with another number.
  public let channels: [ChannelConfiguration]

  /// A device.
  public init(
    device: WireText,
    key: Bytes32,
    keySerial: UInt32,
    firmware: WireText,
    transport: LinkTransport,
    channels: [ChannelConfiguration]
  ) {
    // With these bounds the longest hello still fits a frame.
    precondition((1...Hello.deviceLimit).contains(device.utf8.count) && keySerial > 0)
    precondition(
      firmware.utf8.count <= 32 && !firmware.utf8.contains { $0 < 0x20 || $0 > 0x7e || $0 == 0x22 || $0 == 0x5c }
    )
    precondition((1...Wire.channelLimit).contains(channels.count))
    for (i, channel) in channels.enumerated() {
      precondition(!channels[..<i].contains { $0.number == channel.number })
    }
    self.device = device
    self.key = key
    self.keySerial = keySerial
    self.firmware = firmware
    self.transport = transport
    self.channels = channels
  }
}

/// One output and what the device itself allows it.
public struct ChannelConfiguration: Hashable, Sendable {
  /// The output's number.
  public let number: UInt8
  /// The longest it is ever on without a pause, milliseconds, whatever is commanded; 1 or more.
  public let maxOnMS: UInt32
  /// Whether it goes on after a power cut without being told to.
  public let resumesAlone: Bool

  /// An output.
  public init(number: UInt8, maxOnMS: UInt32, resumesAlone: Bool = false) {
    precondition(maxOnMS > 0)
    self.number = number
    self.maxOnMS = maxOnMS
    self.resumesAlone = resumesAlone
  }
}
