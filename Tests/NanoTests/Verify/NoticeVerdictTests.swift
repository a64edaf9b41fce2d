import Coinslot
import Cryptography
import Nano
import Primitives
import Testing

@Suite struct NoticeVerdictTests {
  private func verdict(_ body: String) -> NoticeVerdict { NoticeVerdict(callback: body.wire.span) }

  @Test func aSendIsACandidate() {
    guard case .candidate(let candidate) = verdict(Sample.callback(Sample.stateBlock)) else {
      Issue.record("no candidate")
      return
    }
    #expect(candidate.hash == Sample.stateBlock.hash && candidate.destination == Sample.payee)
    #expect(candidate.payer == Sample.account && candidate.claimedAmount == Amount(1) && !candidate.isLegacy)
  }

  @Test func whatContradictsItselfIsRejected() {
    #expect(verdict(Sample.callback(Sample.stateBlock, hash: NanoFacts.genesisLive)) == .reject(.hashMismatch))
    #expect(verdict(Sample.callback(Sample.stateBlock, account: Sample.payee)) == .reject(.accountMismatch))
    // Contradictions are seen even where nobody says that it is a send.
    #expect(
      verdict(Sample.callback(Sample.stateBlock, hash: NanoFacts.genesisLive, isSend: nil, subtype: "receive"))
        == .reject(.hashMismatch)
    )
  }

  @Test func aForeignSignatureIsRejected() {
    guard case .state(let good) = Sample.stateBlock else { return }
    let stranger = Sodium.Blake2b.hash([1].span)
    let forged = Block.state(
      StateBlock(
        account: good.account,
        previous: good.previous,
        representative: good.representative,
        balance: good.balance,
        link: good.link,
        seal: Sample.seal(good.hash, by: stranger)
      )
    )
    #expect(verdict(Sample.callback(forged)) == .reject(.badSignature))
    #expect(NoticeVerdict(message: Sample.confirmation(forged).wire.span) == .reject(.badSignature))
    // Said to be anything else it is dull, signed or not: an epoch's block is never signed by its account.
    #expect(verdict(Sample.callback(forged, isSend: nil, subtype: "epoch")) == .ignore(.subtype(.epoch)))
  }

  /// Anyone can sign for the account nobody owns.
  @Test func theBurnAccountCannotPay() {
    let forged = Block.state(
      StateBlock(
        account: NanoFacts.burnKey,
        previous: NanoFacts.genesisLive,
        representative: Sample.payee,
        balance: .zero,
        link: Sample.payee,
        seal: Block.Seal(signature: Ed25519Signature(r: .zero, s: .zero), work: Work(nonce: 0))
      )
    )
    #expect(!forged.isSigned(by: NanoFacts.burnKey))
    #expect(verdict(Sample.callback(forged, account: NanoFacts.burnKey)) == .reject(.badSignature))
  }

  @Test func anOpeningBlockIsNoSendWhateverIsSaid() {
    let opening = Sample.signed(previous: .zero, balance: Amount(1), link: Sample.payee)
    #expect(verdict(Sample.callback(opening)) == .ignore(.openingBlock))
  }

  @Test func aLegacySendNeedsTheRightOwner() {
    let good = Sample.callback(Sample.legacySendBlock, isSend: nil, subtype: nil)
    guard case .candidate(let candidate) = verdict(good) else {
      Issue.record("no candidate")
      return
    }
    #expect(candidate.isLegacy && candidate.payer == Sample.account)
    let other = Sample.callback(Sample.legacySendBlock, account: Sample.payee, isSend: nil, subtype: nil)
    #expect(verdict(other) == .reject(.badSignature))
    for kind in BlockTests.kinds[2...] {
      let body = Sample.callback(kind.block, isSend: nil, subtype: nil)
      #expect(verdict(body) == .ignore(.legacy(type: kind.name)))
    }
  }

  @Test func anUnconfirmedBlockIsSeenOnly() throws {
    let text = { (block: Block, hash: Bytes32?) in
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("topic", "new_unconfirmed_block")
      if let hash { writer.member("hash", hash.hex()) }
      writer.key("message" as StaticString)
      block.write(to: &writer, subtype: .send)
      writer.endObject()
      return NoticeVerdict(message: writer.bytes.span)
    }
    let block = Sample.stateBlock
    #expect(text(block, block.hash) == .seenOnly(hash: block.hash))
    #expect(text(block, nil) == .seenOnly(hash: block.hash))
    #expect(text(block, NanoFacts.genesisLive) == .reject(.hashMismatch))
    #expect(text(Sample.legacySendBlock, nil) == .ignore(.legacy(type: "send")))
  }
}
