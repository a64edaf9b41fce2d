import Coinslot
import Nano
import Primitives
import Testing

@Suite struct WatchSetTests {
  private let key = Sample.payee
  private var account: Account { Account(chain: .nanoSim, canonical: NanoAddress.encode(key)) }

  private func set(_ watchSet: WatchSet, _ least: UInt128, atMS nowMS: Int64 = 0) {
    watchSet.setAccounts([key: (account, Amount(least))], nowMS: nowMS)
  }

  @Test func lessThanTheLeastIsDust() {
    let watchSet = WatchSet()
    set(watchSet, 100)
    #expect(watchSet.isDust(Amount(99), for: key, atMS: 0))
    #expect(!watchSet.isDust(Amount(100), for: key, atMS: 0))
  }

  @Test func whatIsNotKnownIsNoDust() {
    let watchSet = WatchSet()
    set(watchSet, 100)
    #expect(!watchSet.isDust(nil, for: key, atMS: 0) && !watchSet.isDust(.zero, for: key, atMS: 0))
    #expect(!watchSet.isDust(Amount(1), for: Sample.account, atMS: 0))
    watchSet.setOthers([Sample.account])
    #expect(!watchSet.isDust(Amount(1), for: Sample.account, atMS: 0))
  }

  @Test func aRaisedLeastHoldsOnlyAfterTheQuotesOfBefore() {
    let watchSet = WatchSet(), end = WatchSet.easedForMS
    set(watchSet, 100)
    set(watchSet, 500, atMS: 10)
    #expect(watchSet.least(key, atMS: 10) == Amount(100))
    // Being told the same again does not make it longer.
    set(watchSet, 500, atMS: end)
    #expect(watchSet.least(key, atMS: end + 9) == Amount(100))
    #expect(watchSet.least(key, atMS: end + 10) == Amount(500))
  }

  @Test func aLoweredLeastHoldsAtOnce() {
    let watchSet = WatchSet()
    set(watchSet, 500)
    set(watchSet, 100)
    #expect(watchSet.least(key, atMS: 0) == Amount(100))
    set(watchSet, 50)
    set(watchSet, 100, atMS: 1)
    #expect(watchSet.least(key, atMS: 1) == Amount(50))
  }

  @Test func onlyOtherKeysAreAnotherSet() {
    let watchSet = WatchSet()
    set(watchSet, 100)
    let version = watchSet.version
    set(watchSet, 200)
    #expect(watchSet.version == version)
    watchSet.setOthers([Sample.account])
    #expect(watchSet.version != version && watchSet.all.keys == [key, Sample.account])
  }
}
