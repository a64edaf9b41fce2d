/// What is known of the devices that are connected now.
public protocol Presence: Sendable {
  /// How a device's link is at this moment.
  func link(of device: DeviceID) -> LinkState
  /// Asks a connected device for a sign of life; true if one came within `timeoutMS`.
  func ping(_ device: DeviceID, timeoutMS: Int64) async -> Bool
  /// Closes the device's sockets at once.
  func disconnect(_ device: DeviceID) async
}

/// How a device's link is.
public struct LinkState: Hashable, Sendable {
  /// Whether a session is open.
  public let isOnline: Bool
  /// When it was last heard in this server's life, wall-clock milliseconds.
  public let lastSeenMS: Int64?
  /// The firmware it named.
  public let firmware: String?
  /// What its outputs said last.
  public let outputs: [OutputState]

  /// A state.
  public init(isOnline: Bool, lastSeenMS: Int64?, firmware: String?, outputs: [OutputState]) {
    self.isOnline = isOnline
    self.lastSeenMS = lastSeenMS
    self.firmware = firmware
    self.outputs = outputs
  }

  /// Never heard.
  public static let never = LinkState(isOnline: false, lastSeenMS: nil, firmware: nil, outputs: [])
}

/// What a device says of one output, in a hello or a ping.
public struct OutputState: Hashable, Sendable {
  /// The output's number.
  public let number: UInt8
  /// The highest command number it took.
  public let command: UInt64
  /// How it is, in the device's words.
  ///
  /// `idle`, `waiting`, `running`, `paused`, `done`, `failed`, `expired`, `stopped` or `unknown`.
  public let says: String
  /// What is left to run, milliseconds.
  public let leftMS: UInt64?

  /// A state.
  public init(number: UInt8, command: UInt64, says: String, leftMS: UInt64?) {
    self.number = number
    self.command = command
    self.says = says
    self.leftMS = leftMS
  }
}
