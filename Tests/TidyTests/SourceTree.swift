import Foundation

/// The project's own files, read from where this file lies.
struct SourceTree {
  struct File {
    /// Where it lies, `Sources/Nano/Codec/Block.swift`.
    let path: String
    let text: String
    var target: String { String(path.split(separator: "/")[1]) }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    /// The lines without comments, and without what stands between quotes.
    var code: String {
      lines.map { line in
        let bare = line.replacing(/"(\\.|[^"\\])*"/, with: "\"\"")
        return String(bare.prefix(upTo: bare.range(of: "//")?.lowerBound ?? bare.endIndex))
      }.joined(separator: "\n")
    }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func files(under folder: String) -> [File] {
    let base = root.appending(path: folder)
    let paths = FileManager.default.enumerator(atPath: base.path())?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
      (try? String(contentsOf: base.appending(path: path), encoding: .utf8)).map {
        File(path: "\(folder)/\(path)", text: $0)
      }
    }
  }
}
