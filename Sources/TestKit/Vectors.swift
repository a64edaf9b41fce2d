import Foundation
package import Primitives

/// The files of vectors that tests read: `Tests/Vectors/` of this project, or the folder that the environment
/// variable `COINSLOT_VECTORS` names.
package enum Vectors {
  /// The bytes of a file such as `device.json`; nil where the named folder lacks it, which is then said once.
  ///
  /// - Throws: Where the file of the project itself is missing: that is a failure, not a reason to skip.
  package static func bytes(_ name: String) throws -> [UInt8]? {
    let folder = ProcessInfo.processInfo.environment["COINSLOT_VECTORS"]
    let file = (folder.map { URL(fileURLWithPath: $0) } ?? ownFolder).appendingPathComponent(name)
    if folder != nil, !FileManager.default.fileExists(atPath: file.path) {
      print("skipped: no \(name) in \(file.deletingLastPathComponent().path)")
      return nil
    }
    return Array(try Data(contentsOf: file))
  }

  /// The value in a JSON file; nil as `bytes(_:)` says.
  ///
  /// - Throws: As `bytes(_:)`, and `JSONRefusal` where it is not JSON.
  package static func json(_ name: String) throws -> JSONValue? {
    guard let bytes = try bytes(name) else { return nil }
    return try JSONValue(parsing: bytes, maxDepth: 64)
  }

  /// The array at a path of keys in a JSON file; empty where the file is skipped.
  ///
  /// - Throws: As `json(_:)`, and `Missing` where the file holds no array there.
  package static func cases(_ name: String, _ path: String...) throws -> [JSONValue] {
    guard let file = try json(name) else { return [] }
    guard let found = path.reduce(Optional(file), { $0?[$1] })?.array else {
      throw Missing(file: name, path: path)
    }
    return found
  }

  /// A place in a file of vectors that holds no array.
  package struct Missing: Error {
    let file: String
    let path: [String]
  }

  private static var ownFolder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Tests/Vectors")
  }
}
