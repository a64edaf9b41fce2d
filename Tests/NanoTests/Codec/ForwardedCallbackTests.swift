import Coinslot
import Nano
import Primitives
import Testing

@Suite struct ForwardedCallbackTests {
  @Test func printsAccountsWithTodaysPrefix() throws {
    let old = Sample.callback(Sample.stateBlock, subtype: nil).replacing("nano_", with: "xrb_").wire
    let forwarded = try #require(ForwardedCallback(try NanoCallback(decoding: old.span)))
    #expect(!forwarded.text.contains("xrb_"))
    let value = try JSONValue(parsing: forwarded.text)
    #expect(value.object?.map(\.key) == ["account", "hash", "block", "amount", "is_send", "subtype"])
    #expect(value["block"]?.string == Sample.stateBlock.text)
    #expect(value["is_send"] == "true" && value["subtype"] == "send")
  }

  @Test func isOneLineWithinTheSmallestDevice() throws {
    let widest = Sample.signed(previous: NanoFacts.genesisLive, balance: Amount(.max), link: Sample.payee)
    let forwarded = try #require(ForwardedCallback(account: Sample.account, block: widest, amount: Amount(.max)))
    #expect(!forwarded.bytes.contains(0x0a))
    #expect(forwarded.bytes.count == forwarded.text.utf8.count && forwarded.bytes.count < 1100)
    #expect(!forwarded.text.contains("</"))
  }

  @Test func saysNothingOfWhatIsNoPaymentOfAKnownAmount() throws {
    for (amount, subtype) in [("0", "send"), (nil, "send"), ("1", "receive"), ("1", "change")] {
      let body = Sample.callback(Sample.stateBlock, amount: amount, isSend: nil, subtype: subtype).wire
      #expect(ForwardedCallback(try NanoCallback(decoding: body.span)) == nil)
    }
    #expect(ForwardedCallback(account: Sample.account, block: Sample.stateBlock, amount: .zero) == nil)
    for kind in BlockTests.kinds[2...] {
      #expect(ForwardedCallback(account: Sample.account, block: kind.block, amount: Amount(1)) == nil)
    }
  }

  @Test func aLegacySendHasNoSubtype() throws {
    let forwarded = try #require(
      ForwardedCallback(account: Sample.account, block: Sample.legacySendBlock, amount: Amount(1))
    )
    #expect(try JSONValue(parsing: forwarded.text).object?.map(\.key) == ["account", "hash", "block", "amount"])
  }
}
