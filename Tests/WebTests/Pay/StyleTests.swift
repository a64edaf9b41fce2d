import Testing

@testable import Web

/// The colours of the pages, read from the style sheet itself.
struct StyleTests {
  /// Every text colour with each ground it stands on.
  static let pairs = [
    ("ink", "ground"), ("ink", "card"), ("soft", "ground"), ("soft", "card"), ("accent", "ground"), ("accent", "card"),
    ("on-accent", "accent"), ("good", "good-ground"), ("good", "card"), ("busy", "busy-ground"), ("bad", "bad-ground"),
    ("bad", "card"), ("card", "good"),
  ]

  @Test(arguments: pairs, [0, 1])
  func textCanBeRead(_ pair: (String, String), _ scheme: Int) throws {
    let colours = try Self.colours()[scheme]
    let text = try #require(colours[pair.0])
    let ground = try #require(colours[pair.1])
    let (lighter, darker) = (max(text, ground), min(text, ground))
    #expect((lighter + 0.05) / (darker + 0.05) >= 4.5)
  }

  @Test func nothingComesFromElsewhere() {
    let text = String(decoding: PackageResources.style_css + PackageResources.pay_js, as: UTF8.self)
    #expect(!text.contains("http:") && !text.contains("https:") && !text.contains("url(") && !text.contains("@import"))
    #expect(!text.contains("innerHTML") && !text.contains("eval("))
    #expect(text.contains("prefers-reduced-motion") && text.contains(":focus-visible"))
  }

  /// The relative luminance (WCAG 2.2) of each variable, for the light and the dark scheme.
  private static func colours() throws -> [[String: Double]] {
    let text = String(decoding: PackageResources.style_css, as: UTF8.self)
    let blocks = text.components(between: ":root {", and: "}")
    try #require(blocks.count == 2)
    return blocks.map { block in
      var found: [String: Double] = [:]
      for line in block.split(separator: ";") {
        let parts = line.split(separator: ":").map { $0.filter { $0 != " " && $0 != "\n" } }
        guard parts.count == 2, parts[0].hasPrefix("--"), parts[1].hasPrefix("#"),
          let rgb = Int(parts[1].dropFirst(), radix: 16)
        else { continue }
        let channels = [rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255].map { linear(Double($0) / 255) }
        found[String(parts[0].dropFirst(2))] = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
      }
      return found
    }
  }

  private static func linear(_ value: Double) -> Double {
    guard value > 0.04045 else { return value / 12.92 }
    // ((v + 0.055) / 1.055) to the power 2.4, by the twelfth-power root that Newton finds.
    let base = (value + 0.055) / 1.055
    let wanted = base * base * base * base * base * base * base * base * base * base * base * base
    var root = base
    for _ in 0..<60 { root -= (root * root * root * root * root - wanted) / (5 * root * root * root * root) }
    return root
  }
}
