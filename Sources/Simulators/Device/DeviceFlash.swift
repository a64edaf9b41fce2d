package import DeviceWire

/// Where a virtual device keeps what must survive a power cut.
package protocol DeviceFlash: AnyObject {
  /// What is kept at a place; nil where nothing ever was.
  func read(_ place: RecordPlace) throws -> [UInt8]?

  /// Keeps bytes at a place; they are on the disk when this returns.
  func write(_ bytes: [UInt8], at place: RecordPlace) throws

  /// Forgets everything.
  func erase() throws
}

extension RecordPlace {
  /// A name for a file: `boot.0`, `channel-2.1`.
  package var name: String {
    switch self {
    case .boot(let slot): "boot.\(slot)"
    case .channel(let number, let slot): "channel-\(number).\(slot)"
    }
  }
}

/// A flash in memory: for tests, and for a copy of a device that must not touch the original.
package final class MemoryFlash: DeviceFlash {
  package var places: [RecordPlace: [UInt8]]

  package init(_ places: [RecordPlace: [UInt8]] = [:]) { self.places = places }

  package func read(_ place: RecordPlace) -> [UInt8]? { places[place] }

  package func write(_ bytes: [UInt8], at place: RecordPlace) { places[place] = bytes }

  package func erase() { places = [:] }
}
