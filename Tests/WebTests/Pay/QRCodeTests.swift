import Testing

@testable import Web

struct QRCodeTests {
  @Test func nanoURIHasAFormat() throws {
    let code = try #require(QRCode("nano:\(World.address)?amount=100000000000000000000000000000"))
    #expect((code.width - 17) % 4 == 0 && code.width <= 57)
    #expect(code.side == code.width + 8)
    // The three finders: a dark ring, a light one, a dark heart.
    for (column, row) in [(0, 0), (code.width - 7, 0), (0, code.width - 7)] {
      for offset in 0..<7 {
        #expect(code[column + offset, row] && code[column, row + offset] && code[column + offset, row + 6])
      }
      #expect(!code[column + 1, row + 1] && code[column + 3, row + 3])
    }
    #expect(!code[code.width - 1, code.width - 8] || !code[7, 0])
    // The level stands beside the first finder: M is 00, masked with 10.
    #expect(code[0, 8] && !code[1, 8])
  }

  @Test func pathCoversEachDarkModuleOnceInWholeUnits() throws {
    let code = try #require(QRCode("nano:nano_1"))
    var area = 0
    for run in code.path.split(separator: "M") {
      let numbers = run.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
      #expect(numbers.count == 5 && numbers[2] == numbers[4] && numbers[3] == 1)
      #expect(numbers[0] >= 4 && numbers[1] >= 4 && numbers[0] + numbers[2] <= code.side - 4)
      area += numbers[2]
    }
    var dark = 0
    for row in 0..<code.width { for column in 0..<code.width where code[column, row] { dark += 1 } }
    #expect(area == dark && dark > 0)
    #expect(code.path.allSatisfy { "Mhvz- 0123456789".contains($0) })
  }

  @Test(arguments: ["", "a\u{0}b", String(repeating: "x", count: 2_301)])
  func whatHasNoCodeHasNone(_ text: String) {
    #expect(QRCode(text) == nil)
  }
}
