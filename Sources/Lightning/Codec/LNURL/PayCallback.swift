import Primitives

/// The question for an invoice: written by the side that pays, read by the service.
package struct PayCallback: Hashable, Sendable {
  /// Millisatoshi.
  package let msat: UInt64
  /// What the payer wrote: hostile text.
  package let comment: String?
  /// What the payer's wallet said about its owner, exactly as decoded: it goes into the hash.
  package let payerData: String?

  /// The longest query that is read, bytes.
  package static let limit = 16_384

  /// A question of its parts.
  package init(msat: UInt64, comment: String? = nil, payerData: String? = nil) {
    self.msat = msat
    self.comment = comment
    self.payerData = payerData
  }

  /// The address to ask: the callback with `?`, or with `&` where it has a query of its own.
  package func url(_ callback: LNURLLink) -> String {
    var text = "\(callback.url)\(callback.url.contains("?") ? "&" : "?")amount=\(msat)"
    if let comment { text += "&comment=\(URLText.encode(comment))" }
    if let payerData { text += "&payerdata=\(URLText.encode(payerData))" }
    return text
  }

  /// Reads the query of a question, without its `?`, and holds it against what was offered.
  ///
  /// Parameters of other names are read over, and so is payer data that nobody asked for.
  ///
  /// - Throws: `CallbackRefusal`, whose `reason` the payer is told.
  package init(
    query: String,
    offered request: PayRequest,
    comments: CommentRule.Beyond = .refuse
  ) throws(CallbackRefusal) {
    guard query.utf8.count <= PayCallback.limit else { throw .unreadable }
    guard let amount = try PayCallback.parameter("amount", query) else { throw .noAmount }
    let digits = Array(amount.utf8)
    guard let msat = DecimalDigits.uint64(digits.span) else { throw .amountNotWhole }
    guard msat >= request.minMsat else { throw .tooLittle(request.minMsat) }
    guard msat <= request.maxMsat else { throw .tooMuch(request.maxMsat) }
    let rule = CommentRule(allowed: request.commentAllowed, beyond: comments)
    let comment = try PayCallback.parameter("comment", query)
    self.msat = msat
    self.comment = if let comment { try rule.kept(comment) } else { nil }
    payerData = try PayCallback.payerData(query, request)
  }

  private static func payerData(_ query: String, _ request: PayRequest) throws(CallbackRefusal) -> String? {
    guard let wished = request.payerData else { return nil }
    guard let text = try parameter("payerdata", query) else {
      guard wished.accepts("{}") else { throw .badPayerData }
      return nil
    }
    guard wished.accepts(text) else { throw .badPayerData }
    return text
  }

  /// The value of a parameter that is there once or not at all; two could be read as two different things.
  private static func parameter(_ name: String, _ query: String) throws(CallbackRefusal) -> String? {
    guard let values = URLText.values(of: name, in: query), values.count <= 1 else { throw .unreadable }
    return values.first
  }
}

/// Why a service makes no invoice.
package enum CallbackRefusal: Error, Hashable, Sendable {
  /// No `amount`.
  case noAmount
  /// An `amount` that is no whole number of millisatoshi.
  case amountNotWhole
  /// Less than the least, which is given.
  case tooLittle(UInt64)
  /// More than the most, which is given.
  case tooMuch(UInt64)
  /// A comment longer than the characters allowed.
  case commentTooLong(Int)
  /// Payer data that is no JSON, too long, or lacks what is mandatory.
  case badPayerData
  /// A query that is too long, not UTF-8, or says the same thing twice.
  case unreadable

  /// What the payer is told.
  package var reason: String {
    switch self {
    case .noAmount: "Missing amount"
    case .amountNotWhole: "amount must be an integer number of millisatoshi"
    case .tooLittle(let least): "Amount is below the minimum of \(least) msat"
    case .tooMuch(let most): "Amount is above the maximum of \(most) msat"
    case .commentTooLong(0): "This does not take comments"
    case .commentTooLong(let allowed): "The comment is longer than \(allowed) characters"
    case .badPayerData: "The payer data is missing or cannot be read"
    case .unreadable: "The request cannot be read"
    }
  }
}
