package import Coinslot
import Cryptography
import Foundation
import Primitives
import Synchronization

/// Device keys as files, one a key, mode 0600: `<folder>/<device>.<serial>.key`, 64 hex digits, or the same sealed where
/// there is a master key.
///
/// They are not in the ledger, so a backup of the ledger holds none. Files that the configuration names are the
/// operator's own: they are read as they are and never sealed.
package final class KeyFolder: DeviceKeys, Sendable {
  private let folder: String
  private let ownFiles: [DeviceID: String]
  private let master: MasterKey?
  private let entropy: any Entropy
  private let known = Mutex<[String: [UInt8]]>([:])

  /// Keys in `folder`; the first key of a device named in `ownFiles` lies in that file instead.
  package init(folder: String, ownFiles: [DeviceID: String], master: MasterKey? = nil, entropy: any Entropy) {
    self.folder = folder
    self.ownFiles = ownFiles
    self.master = master
    self.entropy = entropy
  }

  package func key(of device: DeviceID, serial: UInt32) -> [UInt8]? {
    let path = path(of: device, serial: serial)
    if let key = known.withLock({ $0[path] }) { return key }
    guard let text = try? SecretFile.read(path), let key = key(in: text, purpose: Self.purpose(device, serial)) else {
      return nil
    }
    known.withLock { $0[path] = key }
    return key
  }

  package func makeKey(for device: DeviceID, serial: UInt32) throws -> [UInt8] {
    let key = entropy.bytes(32)
    let path = path(of: device, serial: serial)
    let isOwn = serial == 1 && ownFiles[device] != nil
    let sealed = isOwn ? nil : master?.seal(key, purpose: Self.purpose(device, serial))
    try SecretFile.write(sealed ?? Hex.encode(key), to: path)
    known.withLock { $0[path] = key }
    return key
  }

  package func forget(_ device: DeviceID, below serial: UInt32?) throws {
    for file in files where file.device == device && serial.map({ file.serial < $0 }) ?? true {
      try FileManager.default.removeItem(atPath: "\(folder)/\(file.name)")
    }
    known.withLock { $0.removeAll() }
  }

  /// Makes the first key of a configured device where its file is not there yet.
  ///
  /// - Throws: What reading or writing the file throws.
  func ensureFirstKey(of device: DeviceID) throws {
    if try SecretFile.read(path(of: device, serial: 1)) == nil { _ = try makeKey(for: device, serial: 1) }
  }

  /// Seals every key of the folder that lies open, and proves that the others can be opened; gives how many it sealed.
  ///
  /// - Throws: `MasterKeyFailure` where keys are sealed and cannot be opened, `SecretFile.Failure` for a file that others
  ///   can read or that cannot be written. Nothing is sealed then that was not checked.
  ///
  /// ## On failure
  /// Each file is replaced whole; stopped in between, the rest is sealed at the next start.
  @discardableResult
  func sealAll() throws -> Int {
    var open: [(path: String, key: [UInt8], purpose: String)] = []
    for file in files {
      let path = "\(folder)/\(file.name)", purpose = Self.purpose(file.device, file.serial)
      guard let text = try SecretFile.read(path) else { continue }
      guard MasterKey.isSealed(text) else {
        if let key = key(in: text, purpose: purpose) { open.append((path, key, purpose)) }
        continue
      }
      guard let master else { throw MasterKeyFailure.missing(path) }
      guard master.open(text, purpose: purpose) != nil else { throw MasterKeyFailure.wrong(path) }
    }
    guard let master else { return 0 }
    for (path, key, purpose) in open { try SecretFile.write(master.seal(key, purpose: purpose), to: path) }
    return open.count
  }

  /// Where a key lies.
  func path(of device: DeviceID, serial: UInt32) -> String {
    if serial == 1, let own = ownFiles[device] { return own }
    return "\(folder)/\(device).\(serial).key"
  }

  /// The key files of the folder.
  private var files: [(name: String, device: DeviceID, serial: UInt32)] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { name in
      guard name.hasSuffix(".key") else { return nil }
      let parts = name.dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let device = DeviceID(rawValue: String(parts[0])), let serial = UInt32(parts[1]) else {
        return nil
      }
      return (name, device, serial)
    }
  }

  private func key(in text: String, purpose: String) -> [UInt8]? {
    let key = MasterKey.isSealed(text) ? master?.open(text, purpose: purpose) : try? Hex.decode(text)
    return key?.count == 32 ? key : nil
  }

  private static func purpose(_ device: DeviceID, _ serial: UInt32) -> String { "device-key \(device) \(serial)" }
}
