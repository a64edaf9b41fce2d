import Coinslot
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func sendJudgements() throws {
    try check("send_judgement", "cases") { record in
      let spoken = try SpokenBlock(try record.member("block"))
      let predecessor = try record["previous_block"].map { SendJudgement.Predecessor(try SpokenBlock($0).block) }
      let tracked = try NanoAddress.decode(try record.text("tracked_account"))
      let judgement = SendJudgement(spoken, predecessor: predecessor, tracked: tracked)
      #expect(judgement.word == (try record.text("conclusion")), "\(record.place)")
      #expect(judgement.amount?.description == record["amount"]?.string, "\(record.place)")
      // Nothing that is claimed changes anything: the judgement does not even see it.
      let other = SpokenBlock(block: spoken.block, linkAsAccount: spoken.linkAsAccount, subtype: .receive)
      #expect(SendJudgement(other, predecessor: predecessor, tracked: tracked) == judgement, "\(record.place)")
    }
  }

  /// The words of the file are the cases of the type, no more and no fewer.
  @Test func conclusions() throws {
    var words: Set<String> = []
    try check("send_judgement", "conclusions") { record in
      #expect(SendJudgement.words.contains(try record.text()), "\(record.place)")
      words.insert(try record.text())
    }
    if file != nil { #expect(words == SendJudgement.words) }
  }

  /// Two blocks after the same one: each is sound in itself.
  ///
  /// A file may name a block whose record it lacks.
  @Test func forkPair() throws {
    let known = try Self.blocks(in: file?["send_judgement"]?["cases"])
    var previous: Set<Bytes32> = []
    var hashes: [Bytes32] = []
    try check("send_judgement", "fork_pair") { record in
      hashes.append(try Hex.bytes32(try record.text()))
      guard let block = known[try Hex.bytes32(try record.text())] else { return }
      previous.insert(try #require(block.previous))
      #expect(block.isSigned(by: try #require(block.account)), "\(record.place)")
    }
    #expect(previous.count <= 1 && Set(hashes).count == hashes.count)
  }
}

extension SendJudgement {
  fileprivate static let words: Set<String> = [
    SendJudgement.payment(.zero).word, SendJudgement.notForTrackedAccount.word, SendJudgement.notASend.word,
    SendJudgement.amountUnknown.word, SendJudgement.predecessorMismatch.word,
    SendJudgement.predecessorOtherAccount.word, SendJudgement.inconsistentLinkAsAccount.word,
  ]

  fileprivate var word: String {
    switch self {
    case .payment: "payment"
    case .notForTrackedAccount: "not-for-tracked-account"
    case .notASend: "not-a-send"
    case .amountUnknown: "amount-unknown"
    case .predecessorMismatch: "predecessor-mismatch"
    case .predecessorOtherAccount: "predecessor-other-account"
    case .inconsistentLinkAsAccount: "inconsistent-link_as_account"
    }
  }

  fileprivate var amount: Amount? { if case .payment(let amount) = self { amount } else { nil } }
}
