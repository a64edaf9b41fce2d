/// A machine with numbered outputs.
public struct Device: Hashable, Sendable {
  /// Its name.
  public let id: DeviceID
  /// What people read.
  public var title: String
  /// How it may connect, if at all.
  public var standing: Standing
  /// Serials of the keys it may use, lowest first; the second is there while keys change.
  public var keySerials: [UInt32]
  /// The highest boot number heard.
  public var boot: UInt64
  /// The highest session the device counted within that boot; nil where its nonces do not tell.
  public var session: UInt64?
  /// The number of the newest session; each offer is tied to it, so a replaced session cannot send.
  public var epoch: SessionEpoch
  /// What it said it runs, up to 64 characters.
  public var firmware: String?
  /// When it was last heard, wall-clock milliseconds.
  public var lastSeenMS: Int64?

  /// Whether a device may work.
  public enum Standing: String, Hashable, Sendable, CaseIterable {
    /// Yes.
    case trusted
    /// It behaved like a copy of itself; the operator must look.
    case quarantined
    /// Its key was taken back.
    case revoked
  }

  /// A device.
  public init(
    id: DeviceID,
    title: String,
    standing: Standing = .trusted,
    keySerials: [UInt32] = [1],
    boot: UInt64 = 0,
    session: UInt64? = nil,
    epoch: SessionEpoch = 0,
    firmware: String? = nil,
    lastSeenMS: Int64? = nil
  ) {
    self.id = id
    self.title = title
    self.standing = standing
    self.keySerials = keySerials
    self.boot = boot
    self.session = session
    self.epoch = epoch
    self.firmware = firmware
    self.lastSeenMS = lastSeenMS
  }
}

/// A device's name: 1–64 characters of `a–z 0–9 -`.
public struct DeviceID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The text.
  public let rawValue: String

  /// A name; nil unless it is 1–64 characters of `a–z 0–9 -`, not starting or ending with `-`.
  public init?(rawValue: String) {
    guard isName(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// The text.
  public var description: String { rawValue }
}

/// One output of one device.
public struct ChannelID: Hashable, Sendable, CustomStringConvertible {
  /// The device.
  public let device: DeviceID
  /// The output.
  public let number: UInt8

  /// Names an output.
  public init(device: DeviceID, number: UInt8) {
    self.device = device
    self.number = number
  }

  /// Device and output, `charger-1/0`.
  public var description: String { "\(device)/\(number)" }
}

/// The number of a device's session, rising.
public typealias SessionEpoch = UInt64

/// What the ledger keeps of one output.
///
/// ## On failure
/// `next` is allocated in the transaction that commits the offer, so no number is ever given twice.
public struct Channel: Hashable, Sendable {
  /// Which.
  public let id: ChannelID
  /// The number the next command takes; 1 … 2⁵³ − 1.
  public var next: UInt64
  /// The highest number the device acknowledged.
  public var acknowledged: UInt64
  /// Why nothing is sold on it, where something is wrong; the operator clears it.
  public var heldBecause: String?

  /// An output nobody has used yet, unless told otherwise.
  public init(id: ChannelID, next: UInt64 = 1, acknowledged: UInt64 = 0, heldBecause: String? = nil) {
    self.id = id
    self.next = next
    self.acknowledged = acknowledged
    self.heldBecause = heldBecause
  }

  /// The greatest number a command can take.
  public static let greatest: UInt64 = 1 << 53 - 1
}
