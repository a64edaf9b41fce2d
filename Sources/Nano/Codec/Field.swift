import Primitives

/// The members of a block, a callback or a notice that we read.
///
/// Every one of them is a string.
enum Field: Int, CaseIterable {
  case type, account, previous, representative, balance, link, linkAsAccount, destination, source, signature, work
  case subtype, hash, block, amount, isSend

  var key: StaticString {
    switch self {
    case .type: "type"
    case .account: "account"
    case .previous: "previous"
    case .representative: "representative"
    case .balance: "balance"
    case .link: "link"
    case .linkAsAccount: "link_as_account"
    case .destination: "destination"
    case .source: "source"
    case .signature: "signature"
    case .work: "work"
    case .subtype: "subtype"
    case .hash: "hash"
    case .block: "block"
    case .amount: "amount"
    case .isSend: "is_send"
    }
  }

  var name: String { Field.names[rawValue] }

  /// Made once: a name is handed along with every member that is read, in case it has to be complained of.
  private static let names = allCases.map(\.key.description)

  /// The field a key names.
  ///
  /// The length rules out nearly all of them at once, unless escapes hide it.
  init?(_ key: JSONText, in bytes: Span<UInt8>) {
    let candidates: InlineArray<4, Field?> =
      switch key.hasEscapes ? 0 : key.range.count {
      case 4: [.type, .link, .hash, .work]
      case 5: [.block, nil, nil, nil]
      case 6: [.amount, .source, nil, nil]
      case 7: [.account, .balance, .subtype, .isSend]
      case 8: [.previous, nil, nil, nil]
      case 9: [.signature, nil, nil, nil]
      case 11: [.destination, nil, nil, nil]
      case 14: [.representative, nil, nil, nil]
      case 15: [.linkAsAccount, nil, nil, nil]
      default: [nil, nil, nil, nil]
      }
    for i in 0..<4 {
      guard let candidate = candidates[i] else { break }
      if key.equals(candidate.key, in: bytes) {
        self = candidate
        return
      }
    }
    guard key.hasEscapes, let field = Field.allCases.first(where: { key.equals($0.key, in: bytes) }) else { return nil }
    self = field
  }
}

/// Which members one kind of object has; others are read over.
struct FieldSet {
  private let bits: UInt32

  init(_ fields: Field...) { bits = fields.reduce(0) { $0 | 1 << UInt32($1.rawValue) } }

  func contains(_ field: Field) -> Bool { bits >> UInt32(field.rawValue) & 1 == 1 }

  /// Of a block of any type, with the subtype that a WebSocket message puts inside.
  static let block = FieldSet(
    .type,
    .account,
    .previous,
    .representative,
    .balance,
    .link,
    .linkAsAccount,
    .destination,
    .source,
    .signature,
    .work,
    .subtype
  )
  /// Of a callback's body.
  static let callback = FieldSet(.account, .hash, .block, .amount, .isSend, .subtype)
}
