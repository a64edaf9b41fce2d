import Testing

@testable import Gateway

@Suite struct TakeoversTests {
  @Test(
    arguments: [
      ([0, 1, 2], true), ([0, 30_000, 59_999], true), ([0, 30_000, 60_000], false), ([0, 1], false),
      ([0, 50_000, 61_000, 109_999], true), ([0, 40_000, 80_000, 120_000], false),
    ] as [([Int64], Bool)]
  )
  func threeAMinuteAreTooMany(_ times: [Int64], _ isTooMany: Bool) {
    var takeovers = Takeovers()
    var last = false
    for time in times { last = takeovers.note(nowMS: time) }
    #expect(last == isTooMany)
  }
}
