import Coinslot
import Nano
import Primitives
import Testing

@Suite struct SendJudgementTests {
  private let before = Sample.signed(previous: .zero, balance: Amount(100), link: NanoFacts.genesisBeta)

  private func judge(
    balance: UInt128,
    link: Bytes32 = Sample.payee,
    predecessor: SendJudgement.Predecessor?,
    tracked: Bytes32 = Sample.payee
  ) -> SendJudgement {
    let block = Sample.signed(previous: before.hash, balance: Amount(balance), link: link)
    return SendJudgement(SpokenBlock(block: block), predecessor: predecessor, tracked: tracked)
  }

  @Test func computesTheAmount() {
    #expect(judge(balance: 99, predecessor: .init(before)) == .payment(Amount(1)))
    #expect(judge(balance: 0, predecessor: .init(before)) == .payment(Amount(100)))
    #expect(judge(balance: 100, predecessor: .init(before)) == .notASend)
    #expect(judge(balance: 101, predecessor: .init(before)) == .notASend)
    #expect(judge(balance: .max, predecessor: .init(before)) == .notASend)
  }

  @Test func asksForTheRightPredecessor() {
    let stranger = Sample.signed(previous: .zero, balance: Amount(7), link: .zero)
    #expect(judge(balance: 1, predecessor: .init(stranger)) == .predecessorMismatch)
    #expect(judge(balance: 1, predecessor: nil) == .amountUnknown)
    #expect(judge(balance: 1, predecessor: nil, tracked: Sample.account) == .notForTrackedAccount)
  }

  @Test func aPredecessorOfAnotherAccountProvesNothing() {
    let other = Sample.signed(previous: .zero, balance: Amount(100), link: .zero, by: NanoFacts.genesisLive)
    let block = Sample.signed(previous: other.hash, balance: Amount(1), link: Sample.payee)
    #expect(
      SendJudgement(SpokenBlock(block: block), predecessor: .init(other), tracked: Sample.payee)
        == .predecessorOtherAccount
    )
  }

  /// Retired blocks say neither whose they are nor what is left; our node adds it.
  @Test func aLegacyPredecessorNeedsTheNodesWord() {
    let receive = Block.receive(LegacyReceive(previous: .zero, source: Sample.key, seal: Sample.seal(.zero)))
    let block = SpokenBlock(block: Sample.signed(previous: receive.hash, balance: Amount(1), link: Sample.payee))
    let judge = { (predecessor: SendJudgement.Predecessor) in
      SendJudgement(block, predecessor: predecessor, tracked: Sample.payee)
    }
    #expect(judge(.init(receive)) == .amountUnknown)
    #expect(judge(.init(receive, owner: Sample.account)) == .amountUnknown)
    #expect(judge(.init(receive, balance: Amount(5))) == .amountUnknown)
    #expect(judge(.init(receive, owner: Sample.account, balance: Amount(5))) == .payment(Amount(4)))
    #expect(judge(.init(receive, owner: Sample.payee, balance: Amount(5))) == .predecessorOtherAccount)
  }

  /// What the block itself says cannot be overruled.
  @Test func theNodesWordFillsGapsOnly() {
    let predecessor = SendJudgement.Predecessor(before, owner: Sample.payee, balance: Amount(1000))
    #expect(predecessor.owner == Sample.account && predecessor.balance == Amount(100))
  }

  @Test func aLegacySendNeedsItsOwner() {
    let open = Block.open(
      LegacyOpen(source: Sample.key, representative: Sample.payee, account: Sample.account, seal: Sample.seal(.zero))
    )
    let send = Block.send(
      LegacySend(previous: open.hash, destination: Sample.payee, balance: Amount(40), seal: Sample.seal(.zero))
    )
    let judge = { (owner: Bytes32?) in
      SendJudgement(
        SpokenBlock(block: send),
        owner: owner,
        predecessor: .init(open, balance: Amount(50)),
        tracked: Sample.payee
      )
    }
    #expect(judge(nil) == .amountUnknown)
    #expect(judge(Sample.account) == .payment(Amount(10)))
    #expect(judge(Sample.payee) == .predecessorOtherAccount)
  }

  @Test func blocksThatNeverPay() {
    for kind in BlockTests.kinds[2...] {
      #expect(
        SendJudgement(SpokenBlock(block: kind.block), predecessor: nil, tracked: Sample.payee) == .notASend
      )
    }
    let opening = Sample.signed(previous: .zero, balance: Amount(1), link: Sample.payee)
    #expect(SendJudgement(SpokenBlock(block: opening), predecessor: nil, tracked: Sample.payee) == .notASend)
  }

  @Test func aLieBesideTheBlockIsSeenFirst() {
    let block = SpokenBlock(block: Sample.stateBlock, linkAsAccount: Sample.account)
    #expect(SendJudgement(block, predecessor: nil, tracked: Sample.account) == .inconsistentLinkAsAccount)
    #expect(SendJudgement(block, predecessor: nil, tracked: Sample.payee) == .inconsistentLinkAsAccount)
  }
}
