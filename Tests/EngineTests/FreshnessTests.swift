import Coinslot
import Engine
import Testing

/// What counts as made when, after the node was away or the ledger was put back.
@Suite struct FreshnessTests {
  @Test func withoutDoubtTheNodeIsBelieved() {
    let freshness = Freshness()
    #expect(freshness.bound(.nanoSim) == nil)
    freshness.catchUp(.nanoSim, atMS: 5)
    #expect(freshness.bound(.nanoSim) == nil && freshness.caughtUpAtMS(.nanoSim) == 5)
  }

  @Test func inDoubtNothingIsNewerThanTheLastGoodLook() {
    let freshness = Freshness()
    freshness.catchUp(.nanoSim, atMS: 5)
    freshness.doubt(.nanoSim)
    #expect(freshness.bound(.nanoSim) == 5)
    freshness.catchUp(.nanoSim, atMS: 9)
    #expect(freshness.bound(.nanoSim) == nil)
  }

  @Test func aNodeThatWasNeverReadInDoubtTellsNothing() {
    let freshness = Freshness()
    freshness.doubt(.nanoSim)
    #expect(freshness.bound(.nanoSim) == 0)
  }
}
