package import Primitives

/// The first answer of a pay service (LUD-06): what can be paid, and where an invoice for it is to be had.
package struct PayRequest: Hashable, Sendable {
  /// Where to ask for the invoice.
  package let callback: LNURLLink
  /// The least, millisatoshi, above zero.
  package let minMsat: UInt64
  /// The most, millisatoshi; the least again where the price is fixed.
  package let maxMsat: UInt64
  /// What for.
  package let metadata: PayMetadata
  /// How many characters of comment are taken (LUD-12); 0: none.
  package let commentAllowed: Int
  /// What the service wants to know about who pays.
  package let payerData: PayerData?

  /// An answer of its parts.
  ///
  /// - Throws: `LNURLRefusal.badBounds` unless 1 ≤ least ≤ most.
  package init(
    callback: LNURLLink,
    msat: ClosedRange<UInt64>,
    metadata: PayMetadata,
    commentAllowed: Int = 0,
    payerData: PayerData? = nil
  ) throws(LNURLRefusal) {
    guard msat.lowerBound > 0 else { throw .badBounds }
    self.callback = callback
    minMsat = msat.lowerBound
    maxMsat = msat.upperBound
    self.metadata = metadata
    self.commentAllowed = max(0, commentAllowed)
    self.payerData = payerData
  }

  /// Reads what a service answered.
  ///
  /// - Throws: `LNURLRefusal`.
  package init(reading bytes: [UInt8], plainHTTP: LNURLLink.PlainHTTP = .onion) throws(LNURLRefusal) {
    let answer = try LNURLObject(bytes)
    guard try answer.text("tag") == "payRequest" else { throw .badMember("tag") }
    let (least, most) = (try answer.number("minSendable"), try answer.number("maxSendable"))
    guard least <= most else { throw .badBounds }
    var commentAllowed: UInt64 = 0
    if answer["commentAllowed"] != nil { commentAllowed = try answer.number("commentAllowed") }
    var payerData: PayerData?
    if let wished = answer["payerData"] { payerData = try PayerData(reading: wished) }
    try self.init(
      callback: try LNURLLink(url: try answer.text("callback"), plainHTTP: plainHTTP),
      msat: least...most,
      metadata: try PayMetadata(parsing: try answer.text("metadata")),
      commentAllowed: Int(min(commentAllowed, 100_000)),
      payerData: payerData
    )
  }

  /// The answer as JSON.
  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("tag", "payRequest"), .init("callback", .string(callback.url)),
      .init("minSendable", .number(minMsat)), .init("maxSendable", .number(maxMsat)),
      .init("metadata", .string(metadata.text)),
    ]
    if commentAllowed > 0 { members.append(.init("commentAllowed", .number(commentAllowed))) }
    if let payerData { members.append(.init("payerData", payerData.json)) }
    return .object(members)
  }
}
