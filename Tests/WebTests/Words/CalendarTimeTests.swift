import Testing

@testable import Web

struct CalendarTimeTests {
  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (1_735_689_599_999, "2024-12-31T23:59:59.999Z"), (1_763_713_980_123, "2025-11-21T08:33:00.123Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
  ])
  func momentInUTC(_ ms: Int64, _ text: String) {
    #expect(CalendarTime(ms: ms).machine == text)
  }

  @Test func shorterForms() {
    #expect(CalendarTime(ms: 1_763_713_980_123).human == "2025-11-21 08:33 UTC")
    #expect(CalendarTime(ms: 1_763_713_980_123).compact == "20251121-083300")
  }
}
