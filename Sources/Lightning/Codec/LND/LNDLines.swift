/// Cuts an endless answer into lines, whatever the pieces it comes in.
///
/// A line is at most 1 MiB; its last piece is known only by the line feed after it, so what stands at the end without
/// one is no line.
package struct LNDLines: Sendable {
  package static let maxBytes = 1 << 20

  private var rest: [UInt8] = []

  package init() {}

  /// Whether bytes wait for their line feed.
  package var isInside: Bool { !rest.isEmpty }

  /// The lines that end in these bytes; nil where one is longer than may be, and then for ever.
  package mutating func take(_ bytes: [UInt8]) -> [[UInt8]]? {
    var lines: [[UInt8]] = []
    for piece in bytes.split(separator: 0x0a, maxSplits: .max, omittingEmptySubsequences: false).enumerated() {
      if piece.offset > 0 {
        if rest.contains(where: { $0 > 0x20 }) { lines.append(rest) }
        rest.removeAll(keepingCapacity: true)
      }
      guard rest.count + piece.element.count <= Self.maxBytes else { return nil }
      rest += piece.element
    }
    return lines
  }
}
