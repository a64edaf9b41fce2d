public import Coinslot
import Primitives

/// A drive that was begun and must end with locked doors.
public struct TeslaDrive: Hashable, Sendable {
  /// The work that began it.
  public let deed: DispatchID
  /// The car.
  public let vin: String
  /// When the doors are locked, wall-clock milliseconds.
  public var endsAtMS: Int64
  /// Whether the car said that it can be driven.
  public var isDriving: Bool

  /// A drive.
  public init(deed: DispatchID, vin: String, endsAtMS: Int64, isDriving: Bool) {
    self.deed = deed
    self.vin = vin
    self.endsAtMS = endsAtMS
    self.isDriving = isDriving
  }
}

/// Where drives are kept until their doors are locked.
///
/// ## On failure
/// A drive is kept, durably, before its doors are unlocked, and removed after they were locked: whatever happens in
/// between, somebody locks them.
public protocol TeslaDriveStore: Sendable {
  /// All drives that have not ended.
  func drives() async throws -> [TeslaDrive]
  /// Keeps a drive, in place of what was known of it; returns when it would survive a power cut.
  func keep(_ drive: TeslaDrive) async throws
  /// Forgets a drive whose doors are locked.
  func remove(_ deed: DispatchID) async throws
}

extension TeslaDrive {
  var json: JSONValue {
    [
      "dispatch": .string(deed.rawValue), "vin": .string(vin), "ends_at_ms": .number(endsAtMS),
      "driving": .bool(isDriving),
    ]
  }

  init?(_ json: JSONValue) {
    guard let deed = json["dispatch"]?.string, let vin = json["vin"]?.string, let end = json["ends_at_ms"]?.int64,
      let isDriving = json["driving"]?.bool
    else { return nil }
    self.init(deed: DispatchID(rawValue: deed), vin: vin, endsAtMS: end, isDriving: isDriving)
  }
}
