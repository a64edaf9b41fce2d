import Coinslot
import Nano
import Primitives
import Testing

@testable import Simulators

@Suite struct ToyLedgerTests {
  private let xno = UInt128(1_000_000_000_000_000_000_000_000_000_000)

  private func ledger(
    accounts: Int = 4,
    legacy: Int = 0,
    salt: UInt64 = 0,
    threshold: UInt64 = 0,
    maxBlocks: Int = 10_000
  ) throws -> ToyLedger {
    try ToyLedger(
      .init(
        salt: salt,
        accounts: accounts,
        legacyAccounts: legacy,
        workThreshold: threshold,
        maxBlocks: maxBlocks
      ),
      nowMS: 1_000
    )
  }

  @Test func beginsFundedAndFinal() throws {
    let ledger = try ledger()
    #expect(ledger.supply == Amount(.max))
    for key in ledger.accounts { #expect(ledger.balance(of: key.account) == Amount(1_000_000 * xno)) }
    #expect(ledger.counts.blocks == ledger.counts.confirmed)
    #expect(ledger.counts.accounts == 5)
  }

  @Test func sameSeedSameBlocksOtherSaltOtherBlocks() throws {
    let a = try ledger(), b = try ledger(), c = try ledger(salt: 1)
    #expect(a.genesis == b.genesis && a.genesis == c.genesis)
    let key = a.accounts[0]
    #expect(a.root(of: key.account) == b.root(of: key.account))
    #expect(a.root(of: key.account) != c.root(of: key.account))
  }

  @Test func aSendWaitsUntilItIsPocketed() throws {
    var ledger = try ledger()
    let (payer, payee) = (ledger.accounts[0], ledger.accounts[1])
    let hash = try ledger.process(ledger.send(payer, to: payee.account, amount: Amount(xno)), nowMS: 2_000)
    let entry = try #require(ledger[hash])
    #expect(entry.subtype == .send && !entry.isConfirmed && ledger.amount(of: entry) == Amount(xno))
    #expect(ledger.receivable(for: payee.account, onlyConfirmed: true).isEmpty)
    #expect(ledger.receivable(for: payee.account, onlyConfirmed: false).map(\.hash) == [hash])
    #expect(try ledger.confirm(hash) == [hash])
    #expect(try ledger.confirm(hash).isEmpty)
    #expect(ledger.receivable(for: payee.account, onlyConfirmed: true).map(\.waiting.amount) == [Amount(xno)])
    let receive = try ledger.process(ledger.receive(payee, hash), nowMS: 3_000)
    #expect(ledger[receive]?.source == hash)
    #expect(ledger.receivable(for: payee.account, onlyConfirmed: false).isEmpty)
    #expect(ledger.supply == Amount(.max))
    #expect(throws: ToyRefusal.nothingReceivable) { try ledger.receive(payee, hash) }
  }

  @Test func everyBlockIsReallySigned() throws {
    var ledger = try ledger(legacy: 1)
    let key = ledger.accounts[1]
    try ledger.process(ledger.change(key, to: ledger.accounts[2].account), nowMS: 2_000)
    let epoch = { (entry: ToyEntry) in entry.subtype == .epoch }
    for entry in ledger.entries.values where !epoch(entry) { #expect(entry.block.isSigned(by: entry.account)) }
    for entry in ledger.entries.values where epoch(entry) {
      #expect(entry.block.isSigned(by: ledger.genesisKey.account))
      #expect(entry.balance == Amount(.max) || entry.account == ledger.genesisKey.account)
    }
    #expect(ledger.entries.values.count(where: epoch) == 2)
  }

  @Test func worksAreRealWhereAsked() throws {
    let threshold: UInt64 = 0xfff0_0000_0000_0000
    var ledger = try ledger(accounts: 1, threshold: threshold)
    for entry in ledger.entries.values {
      let root = try #require(entry.block.root)
      #expect(entry.block.seal.work.value(root: root) >= threshold)
    }
    let lazy = try ledger.send(ledger.accounts[0], to: .zero, amount: Amount(1), work: Work(nonce: 0))
    #expect(throws: ToyRefusal.insufficientWork) { try ledger.process(lazy, nowMS: 0) }
  }

  @Test func refusesWhatANodeRefuses() throws {
    var ledger = try ledger(legacy: 1)
    let (a, b, c) = (ledger.accounts[1], ledger.accounts[2], ledger.accounts[3])
    #expect(throws: ToyRefusal.insufficientBalance) { try ledger.send(a, to: b.account, amount: Amount(.max)) }
    let send = try ledger.send(a, to: b.account, amount: Amount(5))
    let other = try ledger.send(a, to: c.account, amount: Amount(7))
    let hash = try ledger.process(send, nowMS: 0)
    #expect(throws: ToyRefusal.old) { try ledger.process(send, nowMS: 0) }
    #expect(throws: ToyRefusal.fork) { try ledger.process(other, nowMS: 0) }
    #expect(throws: ToyRefusal.nothingReceivable) { try ledger.receive(c, hash) }
    let last = ledger.root(of: c.account)
    func forged(_ key: ToyKey, previous: Bytes32, balance: Amount, link: Bytes32) -> Block {
      key.stateBlock(
        account: c.account,
        previous: previous,
        representative: .zero,
        balance: balance,
        link: link,
        work: Work(nonce: 0)
      )
    }
    let full = try #require(ledger.balance(of: c.account))
    let cases: [(ToyRefusal, Block)] = [
      (.unreceivable, forged(c, previous: last, balance: full, link: hash)),
      (.gapSource, forged(c, previous: last, balance: full, link: Bytes32(words: 1, 2, 3, 4))),
      (.gapPrevious, forged(c, previous: Bytes32(words: 1, 2, 3, 4), balance: full, link: .zero)),
      (.badSignature, forged(a, previous: last, balance: .zero, link: a.account)),
      (.balanceMismatch, forged(c, previous: last, balance: Amount(.max), link: .zero)),
      (.blockPosition, forged(ledger.genesisKey, previous: last, balance: full, link: NanoFacts.epoch1Link)),
      (.blockPosition, try ledger.legacyChange(c, to: a.account)),
      (
        .openedBurnAccount,
        .state(
          StateBlock(
            account: .zero,
            previous: .zero,
            representative: .zero,
            balance: .zero,
            link: hash,
            seal: send.seal
          )
        )
      ),
    ]
    let before = ledger.counts.blocks
    for (refusal, block) in cases { #expect(throws: refusal) { try ledger.process(block, nowMS: 0) } }
    #expect(ledger.counts.blocks == before)
  }

  @Test func confirmingConfirmsWhatABlockRestsOn() throws {
    var ledger = try ledger()
    let (a, b) = (ledger.accounts[0], ledger.accounts[1])
    let first = try ledger.process(ledger.send(a, to: b.account, amount: Amount(1)), nowMS: 0)
    let second = try ledger.process(ledger.send(a, to: b.account, amount: Amount(2)), nowMS: 0)
    let receive = try ledger.process(ledger.receive(b, second), nowMS: 0)
    #expect(try ledger.confirm(receive) == [first, second, receive])
    #expect(throws: ToyRefusal.confirmed) { try ledger.rollBack(second) }
  }

  @Test func rollingBackTakesBackWhatRestsOnABlock() throws {
    var ledger = try ledger()
    let (a, b) = (ledger.accounts[0], ledger.accounts[1])
    let before = ledger
    let send = try ledger.process(ledger.send(a, to: b.account, amount: Amount(1)), nowMS: 0)
    let receive = try ledger.process(ledger.receive(b, send), nowMS: 0)
    let onward = try ledger.process(ledger.send(b, to: a.account, amount: Amount(3)), nowMS: 0)
    let later = try ledger.process(ledger.send(a, to: a.account, amount: Amount(4)), nowMS: 0)
    #expect(try Set(ledger.rollBack(send)) == [send, receive, onward, later])
    #expect(ledger.supply == Amount(.max))
    #expect(ledger.counts == before.counts)
    #expect(ledger.root(of: a.account) == before.root(of: a.account))
    #expect(ledger.root(of: b.account) == before.root(of: b.account))
    #expect(ledger.receivables.isEmpty)
  }

  @Test func aForkShowsOneAndConfirmsTheOther() throws {
    var ledger = try ledger()
    let (a, b, c) = (ledger.accounts[0], ledger.accounts[1], ledger.accounts[2])
    let shown = try ledger.send(a, to: b.account, amount: Amount(xno))
    let rival = try ledger.send(a, to: c.account, amount: Amount(xno))
    try ledger.process(shown, nowMS: 0)
    let rivalHash = try ledger.addRival(rival)
    #expect(ledger[rivalHash] == nil)
    #expect(try ledger.switchFork(to: rivalHash, nowMS: 5) == [shown.hash])
    #expect(ledger[shown.hash] == nil && ledger[rivalHash] != nil)
    #expect(ledger.receivable(for: b.account, onlyConfirmed: false).isEmpty)
    _ = try ledger.confirm(rivalHash)
    #expect(throws: ToyRefusal.fork) { try ledger.process(shown, nowMS: 0) }
    #expect(ledger.supply == Amount(.max))
  }

  @Test func aForkIsOverWhenTheShownBlockIsFinal() throws {
    var ledger = try ledger()
    let (a, b) = (ledger.accounts[0], ledger.accounts[1])
    let shown = try ledger.send(a, to: b.account, amount: Amount(1))
    let rival = try ledger.send(a, to: a.account, amount: Amount(1))
    let hash = try ledger.process(shown, nowMS: 0)
    let rivalHash = try ledger.addRival(rival)
    _ = try ledger.confirm(hash)
    #expect(throws: ToyRefusal.blockNotFound) { try ledger.switchFork(to: rivalHash, nowMS: 0) }
    #expect(ledger[hash]?.isConfirmed == true)
  }

  @Test func forgetsOnlyWhatIsNotFinal() throws {
    var ledger = try ledger()
    let (a, b) = (ledger.accounts[0], ledger.accounts[1])
    let kept = try ledger.process(ledger.send(a, to: b.account, amount: Amount(1)), nowMS: 0)
    _ = try ledger.confirm(kept)
    let lost = try ledger.process(ledger.send(a, to: b.account, amount: Amount(2)), nowMS: 0)
    #expect(ledger.forgetUnconfirmed() == [lost])
    #expect(ledger[kept] != nil && ledger[lost] == nil)
    #expect(ledger.supply == Amount(.max))
  }

  @Test func aPrunedPredecessorHidesTheAmount() throws {
    var ledger = try ledger()
    let (a, b) = (ledger.accounts[0], ledger.accounts[1])
    let hash = try ledger.process(ledger.send(a, to: b.account, amount: Amount(9)), nowMS: 0)
    _ = try ledger.confirm(hash)
    let before = ledger.counts.blocks
    #expect(try ledger.prune(a.account) == 1)
    let entry = try #require(ledger[hash])
    #expect(ledger.amount(of: entry) == nil)
    #expect(ledger.counts.blocks == before)
    #expect(ledger.receivable(for: b.account, onlyConfirmed: true).map(\.waiting.amount) == [Amount(9)])
    #expect(ledger.supply == Amount(.max))
  }

  @Test func legacyBlocksWorkUntilTheFirstStateBlock() throws {
    var ledger = try ledger(legacy: 2)
    let (a, b) = (ledger.accounts[0], ledger.accounts[1])
    let send = try ledger.process(ledger.legacySend(a, to: b.account, amount: Amount(xno)), nowMS: 0)
    #expect(ledger[send]?.subtype == .send)
    let receive = try ledger.process(ledger.legacyReceive(b, send), nowMS: 0)
    #expect(ledger[receive]?.source == send)
    try ledger.process(ledger.legacyChange(b, to: a.account), nowMS: 0)
    try ledger.process(ledger.send(b, to: a.account, amount: Amount(1)), nowMS: 0)
    let late = try ledger.legacySend(b, to: a.account, amount: Amount(1))
    #expect(throws: ToyRefusal.blockPosition) { try ledger.process(late, nowMS: 0) }
    #expect(ledger.supply == Amount(.max))
  }

  @Test func epochsComeInOrder() throws {
    var ledger = try ledger(legacy: 1)
    let account = ledger.accounts[0].account
    let second = try ledger.upgrade(account, to: 2)
    #expect(throws: ToyRefusal.blockPosition) { try ledger.process(second, nowMS: 0) }
    let hash = try ledger.process(ledger.upgrade(account, to: 1), nowMS: 0)
    #expect(ledger[hash]?.subtype == .epoch && ledger[hash]?.epoch == 1)
    try ledger.process(ledger.upgrade(account, to: 2), nowMS: 0)
    #expect(ledger.supply == Amount(.max))
  }

  @Test func keepsNoMoreThanItsBound() throws {
    var ledger = try ledger(accounts: 1, maxBlocks: 7)
    let key = ledger.accounts[0]
    try ledger.process(ledger.send(key, to: key.account, amount: Amount(1)), nowMS: 0)
    let next = try ledger.send(key, to: key.account, amount: Amount(1))
    #expect(throws: ToyRefusal.full) { try ledger.process(next, nowMS: 0) }
  }

  @Test(arguments: 1...12) func moneyIsNeitherMadeNorLost(_ seed: UInt64) throws {
    var chance = SeededChance(seed: seed)
    var ledger = try ledger(accounts: 4, legacy: 1, salt: seed)
    var done: [String: Int] = [:]
    for step in 0..<120 {
      let now = Int64(step) * 1000
      let key = ledger.accounts.randomElement(using: &chance) ?? ledger.accounts[0]
      let other = ledger.accounts.randomElement(using: &chance) ?? ledger.accounts[0]
      let action = Int.random(in: 0..<10, using: &chance)
      let amount = Amount(UInt128(UInt64.random(in: 0...3, using: &chance)))
      let known = ledger.entries.keys.sorted()
      let any = known.randomElement(using: &chance) ?? .zero
      let result = Result {
        switch action {
        case 0...2: try ledger.process(ledger.send(key, to: other.account, amount: amount), nowMS: now)
        case 3, 4:
          let send = ledger.receivable(for: key.account, onlyConfirmed: false).randomElement(using: &chance)
          try ledger.process(ledger.receive(key, send?.hash ?? .zero), nowMS: now)
        case 5: try ledger.process(ledger.change(key, to: other.account), nowMS: now)
        case 6: _ = try ledger.confirm(any)
        case 7: try ledger.rollBack(any)
        case 8:
          let shown = try ledger.send(key, to: other.account, amount: Amount(1))
          let rival = try ledger.send(key, to: key.account, amount: Amount(2))
          try ledger.process(shown, nowMS: now)
          let hash = try ledger.addRival(rival)
          if step % 2 == 0 { try ledger.switchFork(to: hash, nowMS: now) }
        default: if step % 3 == 0 { ledger.forgetUnconfirmed() } else { try ledger.prune(key.account) }
        }
      }
      if case .success = result { done["\(action)", default: 0] += 1 }
      #expect(ledger.supply == Amount(.max), "seed \(seed), step \(step), action \(action)")
      checkChains(ledger)
    }
    #expect(done.count > 5, "the run did too little: \(done)")
  }

  private func checkChains(_ ledger: ToyLedger) {
    for (account, chain) in ledger.chains {
      guard let last = ledger[chain.frontier] else {
        Issue.record("a chain without its last block")
        continue
      }
      #expect(last.successor.isZero && last.account == account)
      #expect(chain.confirmedHeight <= last.height)
    }
  }
}
