/// What an operator may do with machines.
///
/// Implemented by the engine; the API and the command line ask it. Each line for the audit log commits with its change.
public protocol Workshop: Sendable {
  /// Adds a device and makes its key, shown this once.
  func add(_ device: DeviceID, title: String, audit: AuditLine?) async throws -> (Device, key: [UInt8])
  /// Makes a second key; the old one ends at the first greeting with the new, or after seven days.
  func rotateKey(of device: DeviceID, audit: AuditLine?) async throws -> (Device, key: [UInt8])
  /// Takes all keys back and closes the device's sockets.
  func revoke(_ device: DeviceID, audit: AuditLine?) async throws -> Device
  /// Lets a quarantined device or a held output work again.
  func release(_ device: DeviceID, audit: AuditLine?) async throws -> Device
  /// Runs an output without a payment; marked as a test, never revenue.
  func trigger(_ channel: ChannelID, ms: UInt64, audit: AuditLine?) async throws -> Dispatch
  /// Ends what runs on an output.
  func stop(_ channel: ChannelID, audit: AuditLine?) async throws -> Dispatch
}

// MARK: Without a line in the audit log

extension Workshop {
  /// Runs an output without a payment; marked as a test, never revenue.
  public func trigger(_ channel: ChannelID, ms: UInt64) async throws -> Dispatch {
    try await trigger(channel, ms: ms, audit: nil)
  }

  /// Ends what runs on an output.
  public func stop(_ channel: ChannelID) async throws -> Dispatch { try await stop(channel, audit: nil) }
}

/// Why an operator's wish was not carried out.
public enum WorkshopRefusal: Error, Hashable, Sendable {
  /// No device has that name.
  case noSuchDevice
  /// A device with that name exists.
  case exists
  /// The device is revoked or in quarantine.
  case notTrusted
  /// The output has too much open work.
  case queueFull
}
