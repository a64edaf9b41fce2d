package import Coinslot
import Cryptography
import Foundation
import Primitives
import Synchronization

/// Device keys as files, one a key, 64 hex digits each, mode 0600: `<folder>/<device>.<serial>.key`.
///
/// They are not in the ledger, so a backup of the ledger holds none.
package final class KeyFolder: DeviceKeys, Sendable {
  private let folder: String
  private let ownFiles: [DeviceID: String]
  private let entropy: any Entropy
  private let known = Mutex<[String: [UInt8]]>([:])

  /// Keys in `folder`; the first key of a device named in `ownFiles` lies in that file instead.
  package init(folder: String, ownFiles: [DeviceID: String], entropy: any Entropy) {
    self.folder = folder
    self.ownFiles = ownFiles
    self.entropy = entropy
  }

  package func key(of device: DeviceID, serial: UInt32) -> [UInt8]? {
    let path = path(of: device, serial: serial)
    if let key = known.withLock({ $0[path] }) { return key }
    guard let text = try? SecretFile.read(path), let key = try? Hex.decode(text), key.count == 32 else { return nil }
    known.withLock { $0[path] = key }
    return key
  }

  package func makeKey(for device: DeviceID, serial: UInt32) throws -> [UInt8] {
    let key = entropy.bytes(32)
    let path = path(of: device, serial: serial)
    try SecretFile.write(Hex.encode(key), to: path)
    known.withLock { $0[path] = key }
    return key
  }

  package func forget(_ device: DeviceID, below serial: UInt32?) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix("\(device).") && name.hasSuffix(".key") {
      let middle = name.dropFirst(device.rawValue.count + 1).dropLast(4)
      guard let found = UInt32(middle), serial.map({ found < $0 }) ?? true else { continue }
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    known.withLock { $0.removeAll() }
  }

  /// Makes the first key of a configured device where its file is not there yet.
  ///
  /// - Throws: What reading or writing the file throws.
  func ensureFirstKey(of device: DeviceID) throws {
    if try SecretFile.read(path(of: device, serial: 1)) == nil { _ = try makeKey(for: device, serial: 1) }
  }

  /// Where a key lies.
  func path(of device: DeviceID, serial: UInt32) -> String {
    if serial == 1, let own = ownFiles[device] { return own }
    return "\(folder)/\(device).\(serial).key"
  }
}
