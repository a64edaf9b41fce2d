public import Primitives

/// What is wrong with the toy Lightning node, all off at first.
///
/// Changed at run time. What is done once (a payment, a deleted row, an old database, another certificate) is not a
/// fault but an order of its own.
public struct LightningFaults: Hashable, Sendable {
  /// Answers come this much late, in milliseconds; at most ten minutes.
  public var lateMS = 0
  /// Requests are read and carried out, and nothing is ever answered.
  public var silent = false
  /// Nothing listens; the socket's file stays.
  public var refuse = false
  /// Answers end in the middle, and the connection with them.
  public var halfReplies = false
  /// Answers are no JSON.
  public var garbage = false
  /// Answers are written in pieces of so many bytes, also inside a character; 0: whole.
  public var splitBytes = 0
  /// Answers of one connection that come close together are sent last first.
  public var outOfOrder = false
  /// Core Lightning's amounts are texts such as `"21000msat"`, as before 23.05.
  public var msatTexts = false
  /// Answers hold members that nobody knows.
  public var unknownFields = false
  /// A payment without an amount of its own pays so many percent more than was asked; at most 100.
  public var overpayPercent = 0
  /// LND's streams break off inside a chunk at the next line.
  public var cutStream = false
  /// LND's streams say an error instead of the next line, and end.
  public var errorLine = false
  /// LND's streams say nothing of payments.
  public var missingSettled = false
  /// LND tells the settle index 0 of paid invoices.
  public var zeroSettleIndex = false

  /// A node without faults.
  public init() {}
}

extension LightningFaults {
  private static let truths: [(key: String, path: any WritableKeyPath<LightningFaults, Bool> & Sendable)] = [
    ("silent", \.silent), ("refuse", \.refuse), ("half_replies", \.halfReplies), ("garbage", \.garbage),
    ("out_of_order", \.outOfOrder), ("msat_texts", \.msatTexts), ("unknown_fields", \.unknownFields),
    ("cut_stream", \.cutStream), ("error_line", \.errorLine), ("missing_settled", \.missingSettled),
    ("zero_settle_index", \.zeroSettleIndex),
  ]
  private static let numbers:
    [(key: String, path: any WritableKeyPath<LightningFaults, Int> & Sendable, range: ClosedRange<Int>)] = [
      ("late_ms", \.lateMS, 0...600_000), ("split_bytes", \.splitBytes, 0...65_536),
      ("overpay_percent", \.overpayPercent, 0...100),
    ]

  /// Changes what a JSON object names, and leaves the rest.
  ///
  /// Keys are `late_ms`, `split_bytes`, `overpay_percent` (numbers), `silent`, `refuse`, `half_replies`, `garbage`,
  /// `out_of_order`, `msat_texts`, `unknown_fields`, `cut_stream`, `error_line`, `missing_settled`, `zero_settle_index`
  /// (yes or no).
  ///
  /// - Throws: `FaultRefusal`; nothing has changed then.
  public mutating func apply(_ value: JSONValue) throws(FaultRefusal) {
    guard let members = value.object else { throw .notAnObject }
    var changed = self
    for member in members {
      if let fault = Self.truths.first(where: { $0.key == member.key }) {
        guard let truth = member.value.bool else { throw .badValue(member.key) }
        changed[keyPath: fault.path] = truth
      } else if let fault = Self.numbers.first(where: { $0.key == member.key }) {
        guard let number = member.value.int, fault.range.contains(number) else { throw .badValue(member.key) }
        changed[keyPath: fault.path] = number
      } else {
        throw .unknown(member.key)
      }
    }
    self = changed
  }

  /// The faults as `apply(_:)` reads them, every key there.
  public var json: JSONValue {
    .object(
      Self.numbers.map { .init($0.key, .number(self[keyPath: $0.path])) }
        + Self.truths.map { .init($0.key, .bool(self[keyPath: $0.path])) }
    )
  }
}
