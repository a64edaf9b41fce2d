import Lightning
import Primitives

private let offered = try? PayRequest(
  callback: LNURLLink(url: "https://pay.example.com/cb"),
  msat: 1...1_000_000,
  metadata: PayMetadata(plain: "x"),
  commentAllowed: 40,
  payerData: PayerData([.init(.name, isMandatory: false)])
)

/// Links, questions and answers of the LNURL protocol: refused, or written and read again as the same.
func fuzzLNURL(_ bytes: Span<UInt8>) {
  let copy = bytes.copy
  answers(copy)
  guard let text = bytes.text else { return }
  if let link = try? LNURLLink(parsing: text) {
    expect(link.url.hasPrefix("http") && link.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "leads to no address")
    expect((try? LNURLLink(parsing: link.bech32))?.url == link.url, "as Bech32 it leads elsewhere")
    expect((try? LNURLLink(parsing: link.lightningLink))?.url == link.url, "as a link it leads elsewhere")
  }
  if let address = try? LightningAddress(text) {
    expect((try? LightningAddress(address.text)) == address, "an address that is another")
    expect(LightningAddress.name(asked: address.name) == address.name, "a name that nobody may ask for")
  }
  if let metadata = try? PayMetadata(parsing: text) {
    expect(metadata.text.utf8.elementsEqual(text.utf8), "metadata that was not kept as it came")
  }
  if let offered, let question = try? PayCallback(query: text, offered: offered) {
    let url = question.url(offered.callback)
    let query = url.split(separator: "?", maxSplits: 1).last.map(String.init) ?? ""
    expect((try? PayCallback(query: query, offered: offered)) == question, "asked again it is another question")
    expect(question.comment?.unicodeScalars.count ?? 0 <= 40, "a comment longer than allowed")
  }
  if let kept = try? CommentRule(allowed: 40, beyond: .cut).kept(text) {
    expect((try? CommentRule(allowed: 40).kept(kept)) == kept, "a comment that changes when it is kept twice")
  }
}

private func answers(_ bytes: [UInt8]) {
  if let request = try? PayRequest(reading: bytes) {
    expect(request.minMsat > 0 && request.minMsat <= request.maxMsat, "bounds that are none")
    expect((try? PayRequest(reading: request.json.bytes())) == request, "a request that is another")
  }
  if let offered, let answer = try? PayAnswer(reading: bytes, of: offered) {
    expect((try? PayAnswer(reading: answer.json.bytes(), of: offered)) == answer, "an answer that is another")
  }
  if let answer = try? VerifyAnswer(reading: bytes) {
    expect(answer.isSettled || answer.preimage == nil, "a preimage before payment")
    expect((try? VerifyAnswer(reading: answer.json.bytes())) == answer, "a proof that is another")
  }
}
