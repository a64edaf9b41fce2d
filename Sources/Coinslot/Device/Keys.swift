/// Where device keys are kept.
///
/// A key is 32 bytes, never logged, never in an error, never in the ledger.
public protocol DeviceKeys: Sendable {
  /// The key of a device with this serial; nil where there is none (any more).
  func key(of device: DeviceID, serial: UInt32) -> [UInt8]?
  /// Makes, stores and gives a new key.
  ///
  /// - Throws: What the storage says; nothing is stored then.
  func makeKey(for device: DeviceID, serial: UInt32) throws -> [UInt8]
  /// Forgets the keys of a device with a serial below `serial`; all of them where nil.
  func forget(_ device: DeviceID, below serial: UInt32?) throws
}
