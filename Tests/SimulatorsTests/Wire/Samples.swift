import Foundation
import Primitives
import Testing

/// What real nodes say, from the project's own vectors: the measure of the toy node.
///
/// Always this file, whichever vectors production code is tested with.
enum Samples {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Vectors/nano.json")

  /// The file.
  static func json() throws -> JSONValue { try JSONValue(parsing: Array(try Data(contentsOf: file)), maxDepth: 64) }

  /// The array at a path of keys.
  static func cases(_ path: String...) throws -> [JSONValue] {
    try #require(path.reduce(Optional(try json())) { $0?[$1] }?.array)
  }
}
