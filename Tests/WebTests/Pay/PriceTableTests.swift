import Coinslot
import Testing

@testable import Web

struct PriceTableTests {
  @Test func stepsAreLines() {
    let table = PriceTable(World.steps)
    #expect(table.lines.map(\.amount) == [World.xno(1), World.xno(2), World.xno(5)])
    #expect(table.rate == nil && table.hasSteps)
    #expect(!PriceTable(.exact(Step(at: World.tenth, gives: Purchase(ms: 0)))).hasSteps)
  }

  @Test func rateGetsRoundTimesWithinItsCap() {
    let table = PriceTable(.rate(perMinute: World.tenth, minimum: World.xno(5), capMS: 3_600_000))
    #expect(table.lines.map(\.gives.ms) == [300_000, 600_000, 1_800_000, 3_600_000])
    #expect(table.lines.map(\.amount) == [World.xno(5), World.xno(10), World.xno(30), World.xno(60)])
  }

  @Test func rateThatCannotBeCountedHasOnlyItsLeast() {
    let table = PriceTable(.rate(perMinute: Amount(.max), minimum: Amount(.max), capMS: 3_600_000))
    #expect(table.lines.count == 1 && table.lines[0].amount == Amount(.max))
  }
}
