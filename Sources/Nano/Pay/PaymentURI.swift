public import Coinslot
public import Primitives

/// A request to pay, as a link or a QR code carries it: `nano:nano_…?amount=<raw>&label=…&message=…`.
///
/// Read as well: `nano://`, `xrb:`, a bare account, and `payto://nano/…`. The amount is raw everywhere, but wallets
/// disagree about that, so print the price beside the code and take an over-payment kindly.
public struct PaymentURI: Hashable, Sendable {
  /// The key of the account to pay.
  public let account: Bytes32
  /// How much; the payer's choice where nil.
  public let amount: Amount?
  /// Whom it is for, in words.
  public let label: String?
  /// What it is for, in words.
  public let message: String?

  /// The longest text that is read.
  public static let limit = 2048

  /// A request of its parts.
  public init(account: Bytes32, amount: Amount? = nil, label: String? = nil, message: String? = nil) {
    self.account = account
    self.amount = amount
    self.label = label
    self.message = message
  }

  /// Reads a link.
  ///
  /// Parameters of no meaning are read over.
  ///
  /// - Throws: `PaymentURIRefusal`.
  public init(parsing text: String) throws(PaymentURIRefusal) {
    guard text.utf8.count <= PaymentURI.limit else { throw .tooLong }
    guard let colon = text.utf8.firstIndex(of: 0x3a) else {
      self.init(account: try PaymentURI.account(text))
      return
    }
    let rest = String(text[text.utf8.index(after: colon)...])
    switch text[..<colon].lowercased() {
    case "nano", "xrb": try self.init(nano: rest.hasPrefix("//") ? String(rest.dropFirst(2)) : rest)
    case "payto":
      guard rest.hasPrefix("//nano/") else { throw .notPayment }
      try self.init(payto: String(rest.dropFirst(7)))
    case "nanoseed", "nanokey": throw .secret
    default: throw .notPayment
    }
  }

  /// The link: `nano:`.
  public var text: String {
    let parameters = [
      amount.map { "amount=\($0)" }, label.map { "label=\(PercentText.encode($0))" },
      message.map { "message=\(PercentText.encode($0))" },
    ].compactMap(\.self)
    return "nano:" + NanoAddress.encode(account) + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
  }

  /// The link in the younger form that names its unit: `payto://nano/…?amount=RAW:…`.
  public var paytoText: String {
    let parameters = [
      amount.map { "amount=RAW:\($0)" }, label.map { "receiver_name=\(PercentText.encode($0))" },
      message.map { "message=\(PercentText.encode($0))" },
    ].compactMap(\.self)
    return "payto://nano/" + NanoAddress.encode(account)
      + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
  }
}

extension PaymentURI {
  private init(nano rest: String) throws(PaymentURIRefusal) {
    let (account, query) = try PaymentURI.split(rest)
    self.init(
      account: account,
      amount: try query["amount"].map { text throws(PaymentURIRefusal) in try PaymentURI.raw(text) },
      label: query["label"],
      message: query["message"]
    )
  }

  private init(payto rest: String) throws(PaymentURIRefusal) {
    let (account, query) = try PaymentURI.split(rest)
    self.init(
      account: account,
      amount: try query["amount"].map { text throws(PaymentURIRefusal) in try PaymentURI.withUnit(text) },
      label: query["receiver_name"],
      message: query["message"]
    )
  }

  private static func split(_ rest: String) throws(PaymentURIRefusal) -> (Bytes32, [String: String]) {
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let account = try account(String(parts[0]))
    return (account, parts.count == 2 ? try PaymentURI.query(parts[1]) : [:])
  }

  private static func query(_ text: Substring) throws(PaymentURIRefusal) -> [String: String] {
    var values: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = PercentText.decode(halves[0]), let value = PercentText.decode(halves.count == 2 ? halves[1] : "")
      else { throw .badText }
      guard values.updateValue(value, forKey: key) == nil else { throw .twice }
    }
    return values
  }

  private static func account(_ text: String) throws(PaymentURIRefusal) -> Bytes32 {
    do { return try NanoAddress.decode(text) } catch { throw .badAccount(error) }
  }

  private static func raw(_ text: String) throws(PaymentURIRefusal) -> Amount {
    do { return try Amount(units: text) } catch { throw .badAmount(error) }
  }

  private static func withUnit(_ text: String) throws(PaymentURIRefusal) -> Amount {
    guard let colon = text.firstIndex(of: ":") else { return try raw(text) }
    let number = String(text[text.index(after: colon)...])
    switch text[..<colon].uppercased() {
    case "RAW": return try raw(number)
    case "XNO":
      do { return try Asset.nano.amount(number) } catch { throw .badAmount(error) }
    default: throw .badAmount(.unknownUnit(String(text[..<colon].prefix(16))))
    }
  }
}

/// Why a text is no request to pay.
public enum PaymentURIRefusal: Error, Equatable, Sendable {
  /// Longer than any link.
  case tooLong
  /// Another scheme, or another kind of Nano link.
  case notPayment
  /// A seed or a private key: whoever sees it owns the money. Do not show, keep or log it.
  case secret
  /// The account is none.
  case badAccount(Refusal)
  /// The amount is none; some wallets write XNO with a point where raw belongs.
  case badAmount(AmountRefusal)
  /// A parameter is there twice, so two readers could see two different things.
  case twice
  /// A percent sign without two hexadecimal digits, or bytes that are no text.
  case badText
}
