package import DeviceWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A flash that is a folder: one file a place, written in place and synced, as a device writes its flash.
///
/// The two places of a record alternate, so a write that is cut short spoils only the older one. A lock keeps a second
/// device from using the same folder.
///
/// ## On failure
/// A write that throws may have left its file in any state; the record's checksum tells at the next boot.
package final class FlashFolder: DeviceFlash {
  private let path: String
  private let lock: Int32

  /// Opens a folder, and makes it where it is missing.
  ///
  /// - Throws: `FlashError` where it cannot be had, `.inUse` where another device has it.
  package init(path: String) throws(FlashError) {
    self.path = path
    try FlashFolder.makeFolder(path)
    let lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .failed("\(path)/lock", code: errno) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      _ = close(lock)
      throw .inUse(path)
    }
    self.lock = lock
  }

  deinit { _ = close(lock) }

  package func read(_ place: RecordPlace) throws(FlashError) -> [UInt8]? {
    try FlashFolder.readFile("\(path)/\(place.name)", most: 4096)
  }

  package func write(_ bytes: [UInt8], at place: RecordPlace) throws(FlashError) {
    let name = "\(path)/\(place.name)"
    let file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .failed(name, code: errno) }
    defer { _ = close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        raw.baseAddress.map { pwrite(file, $0 + written, bytes.count - written, off_t(written)) } ?? 0
      }
      guard count > 0 else { throw .failed(name, code: errno) }
      written += count
    }
    guard ftruncate(file, off_t(bytes.count)) == 0, fsync(file) == 0 else { throw .failed(name, code: errno) }
    try FlashFolder.sync(path)
  }

  package func erase() throws(FlashError) {
    for number in UInt8.min...UInt8.max {
      for slot: UInt8 in 0...1 { try remove(.channel(number, slot: slot)) }
    }
    for slot: UInt8 in 0...1 { try remove(.boot(slot: slot)) }
    try FlashFolder.sync(path)
  }

  private func remove(_ place: RecordPlace) throws(FlashError) {
    let name = "\(path)/\(place.name)"
    guard unlink(name) == 0 || errno == ENOENT else { throw .failed(name, code: errno) }
  }

  /// A copy of a folder's flash in memory, taken without the lock: what a thief of the device would have.
  package static func copy(of path: String, _ places: [RecordPlace]) throws(FlashError) -> MemoryFlash {
    let copy = MemoryFlash()
    for place in places { copy.places[place] = try readFile("\(path)/\(place.name)", most: 4096) }
    return copy
  }
}

/// Why a folder cannot be a flash.
package enum FlashError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another device uses it.
  case inUse(String)
  /// The system refuses, with its error number.
  case failed(String, code: Int32)

  /// A sentence for people.
  package var description: String {
    switch self {
    case .inUse(let path): "\(path): another device uses this folder"
    case .failed(let path, let code): "\(path): \(String(cString: strerror(code)))"
    }
  }
}

// MARK: Files

extension FlashFolder {
  /// The bytes of a file; nil where there is none.
  ///
  /// A file that is longer than `most` is read that far.
  static func readFile(_ name: String, most: Int) throws(FlashError) -> [UInt8]? {
    let file = open(name, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw .failed(name, code: errno)
    }
    defer { _ = close(file) }
    var bytes = [UInt8](repeating: 0, count: most)
    let count = pread(file, &bytes, most, 0)
    guard count >= 0 else { throw .failed(name, code: errno) }
    return Array(bytes.prefix(count))
  }

  private static func makeFolder(_ path: String) throws(FlashError) {
    var made = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      made += made.isEmpty && part.isEmpty ? "/" : made.hasSuffix("/") || made.isEmpty ? "\(part)" : "/\(part)"
      guard !part.isEmpty, mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
      throw .failed(made, code: errno)
    }
  }

  /// A new file is only there after a crash where its folder is on the disk too.
  private static func sync(_ path: String) throws(FlashError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .failed(path, code: errno) }
    defer { _ = close(folder) }
    guard fsync(folder) == 0 else { throw .failed(path, code: errno) }
  }
}
