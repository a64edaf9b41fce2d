import Nano
import Primitives
import Testing

@Suite struct WorkTests {
  // The live network's genesis block.
  private let work = Work(nonce: 0x62f0_5417_dd3f_b691)

  @Test func isWorthWhatTheNetworkSays() {
    #expect(work.hex == "62f05417dd3fb691")
    #expect(work.value(root: NanoFacts.genesisKeyLive) == 0xffff_fff4_000d_3dac)
    #expect(work.meets(.epoch1, root: NanoFacts.genesisKeyLive))
    #expect(work.meets(.epoch2Receive, root: NanoFacts.genesisKeyLive))
    #expect(!work.meets(.epoch2Send, root: NanoFacts.genesisKeyLive))
  }

  @Test func isWorthNothingElsewhere() {
    #expect(!work.meets(.epoch2Receive, root: NanoFacts.genesisLive))
    #expect(!Work(nonce: work.nonce + 1).meets(.epoch2Receive, root: NanoFacts.genesisKeyLive))
    #expect(!Work(nonce: work.nonce.byteSwapped).meets(.epoch2Receive, root: NanoFacts.genesisKeyLive))
    #expect(!Sample.stateBlock.hasWork(asSend: true))
  }
}
