import Foundation
import Testing

/// The house rules that a compiler does not know.
@Suite struct HouseTests {
  static let sources = SourceTree.files(under: "Sources")
  static let tests = SourceTree.files(under: "Tests")
  /// The words of each file.
  static let words = Dictionary(
    uniqueKeysWithValues: (sources + tests).map { file in
      (file.path, Set(file.text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)))
    }
  )

  /// A file whose first type nobody else names is dead.
  @Test(arguments: sources.map(\.path)) func isUsed(_ path: String) throws {
    let file = try #require(Self.sources.first { $0.path == path })
    let declaration =
      /(?m)^(?:@\w+(?:\([^)]*\))? )*(?:public |package |final |indirect )*(?:struct|enum|class|actor|protocol|func|typealias) (\w+)/
    guard let name = file.code.firstMatch(of: declaration)?.1, !file.code.contains("@main"),
      // What a file adds to other types is used under their names.
      !path.contains("+"),
      !file.code.contains("\nextension HTTPServerBuilder")
    else { return }
    let isNamed = Self.words.contains { $0.key != path && $0.value.contains(String(name)) }
    #expect(isNamed, "nobody uses \(name)")
  }

  /// A file past 500 lines explains itself in its first comment.
  @Test(arguments: sources.map(\.path)) func isOneConcept(_ path: String) throws {
    let file = try #require(Self.sources.first { $0.path == path })
    #expect(file.lines.count <= 500 || file.text.hasPrefix("//"), "\(file.lines.count) lines")
  }

  @Test func ninetyPercentAreShort() {
    let long = Self.sources.filter { $0.lines.count > 300 }
    #expect(long.count * 10 <= Self.sources.count, "\(long.map(\.path))")
  }

  /// Nothing is left for later.
  @Test(arguments: (sources + tests).map(\.path)) func leavesNothingOpen(_ path: String) throws {
    let file = try #require((Self.sources + Self.tests).first { $0.path == path })
    // Spelled apart so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
    #expect(!words.contains { file.text.contains($0) })
  }

  @Test(arguments: ["README.md", "ARCH.md", "GLOSSARY.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"])
  func isThere(_ page: String) throws {
    let text = try String(contentsOf: SourceTree.root.appending(path: page), encoding: .utf8)
    #expect(text.count > 200)
  }

  /// Every source target has its place in the architecture page.
  @Test(arguments: Set(sources.map(\.target)).sorted()) func isInTheArchitecture(_ target: String) throws {
    let text = try String(contentsOf: SourceTree.root.appending(path: "ARCH.md"), encoding: .utf8)
    #expect(text.contains("`\(target)`"))
  }
}
