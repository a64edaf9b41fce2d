import Testing

@testable import Server

@Suite("Config mistakes")
struct ConfigMistakeTests {
  @Test(arguments: ConfigMistakeCase.yaml) func asYAML(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.shapes) func ofShape(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.server) func ofServer(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.house) func ofTheHouse(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.networks) func ofNetworks(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.devices) func ofDevices(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.prices) func ofPrices(_ given: ConfigMistakeCase) throws { try given.check() }
  @Test(arguments: ConfigMistakeCase.slots) func ofSlots(_ given: ConfigMistakeCase) throws { try given.check() }
}

extension ConfigMistakeCase {
  /// Reads the text, and finds what must be said at each place and nothing else.
  func check(files: [String: String] = [:]) throws {
    let found = try ConfigFixture(files: files).mistakes(text)
    let places = places
    try #require(places.count == says.count, "the case itself is wrong")
    #expect(found.count == places.count, "\(found.map(\.text))")
    for (mistake, (place, parts)) in zip(found, zip(places, says)) {
      #expect(
        mistake.place == .file("coinslot.yaml", line: place.line, column: place.column),
        "\(mistake.text)"
      )
      for part in parts { #expect(mistake.text.contains(part), "\(mistake.text)") }
    }
  }
}
