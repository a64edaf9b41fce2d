import Testing

@testable import Server

@Suite("Config mistakes")
struct ConfigMistakeTests {
  private func check(_ given: ConfigMistakeCase) throws {
    let found = try ConfigFixture().mistakes(given.text)
    let places = given.places
    try #require(places.count == given.says.count, "the case itself is wrong")
    #expect(found.count == places.count, "\(found.map(\.text))")
    for (mistake, (place, parts)) in zip(found, zip(places, given.says)) {
      #expect(
        mistake.place == .file("coinslot.yaml", line: place.line, column: place.column),
        "\(mistake.text)"
      )
      for part in parts { #expect(mistake.text.contains(part), "\(mistake.text)") }
    }
  }

  @Test(arguments: ConfigMistakeCase.yaml) func asYAML(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.shapes) func ofShape(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.server) func ofServer(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.house) func ofTheHouse(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.networks) func ofNetworks(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.devices) func ofDevices(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.prices) func ofPrices(_ given: ConfigMistakeCase) throws { try check(given) }
  @Test(arguments: ConfigMistakeCase.slots) func ofSlots(_ given: ConfigMistakeCase) throws { try check(given) }
}
