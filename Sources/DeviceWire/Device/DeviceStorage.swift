/// What was found on the flash at boot: the bytes of each place, nil where nothing was ever written.
public struct DeviceStorage: Sendable {
  /// The boot records.
  public var boot: ([UInt8]?, [UInt8]?)
  /// The records of each output, in the order of the configuration.
  public var channels: [([UInt8]?, [UInt8]?)]

  /// What was found.
  public init(boot: ([UInt8]?, [UInt8]?), channels: [([UInt8]?, [UInt8]?)]) {
    self.boot = boot
    self.channels = channels
  }

  /// What was found, asked place by place.
  public init(of configuration: DeviceConfiguration, reading read: (RecordPlace) -> [UInt8]?) {
    boot = (read(.boot(slot: 0)), read(.boot(slot: 1)))
    channels = []
    for channel in configuration.channels {
      channels.append((read(.channel(channel.number, slot: 0)), read(.channel(channel.number, slot: 1))))
    }
  }
}
