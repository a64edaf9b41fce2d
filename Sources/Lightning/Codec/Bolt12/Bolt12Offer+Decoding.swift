import Cryptography
import Primitives

extension Bolt12Offer {
  /// Reads an offer: `lno1…` in one case, with `+` and white space where it was cut.
  ///
  /// - Throws: `Bolt12Refusal`.
  package init(decoding text: Span<UInt8>) throws(Bolt12Refusal) {
    guard text.count <= Bolt12Offer.limit else { throw .tooLong }
    let bytes = try Bolt12Text.bytes(of: text, prefix: "lno")
    try self.init(records: try TLVStream.records(bytes.span))
  }

  /// Reads an offer.
  ///
  /// - Throws: `Bolt12Refusal`.
  package init(_ text: String) throws(Bolt12Refusal) {
    let bytes = Array(text.utf8)
    try self.init(decoding: bytes.span)
  }

  private init(records: [TLVStream.Record]) throws(Bolt12Refusal) {
    for record in records { try Bolt12Offer.checkType(record.type) }
    let byType = Dictionary(uniqueKeysWithValues: records.map { ($0.type, $0) })
    chains = try Bolt12Offer.chains(byType[2])
    metadata = byType[4]?.value
    description = try byType[10]?.text()
    amount = try Bolt12Offer.price(byType[8], in: byType[6])
    guard amount == nil || description != nil else { throw .incomplete }
    features = byType[12]?.value ?? []
    // No feature of offers is known, so an even one must be refused.
    if features.contains(where: { $0 & 0x55 != 0 }) { throw .badRecord(12) }
    absoluteExpiryS = try byType[14]?.number()
    hasPaths = byType[16] != nil
    if let paths = byType[16], paths.value.isEmpty { throw .badRecord(16) }
    issuer = try byType[18]?.text()
    quantityMax = try byType[20]?.number()
    issuerID = try Bolt12Offer.key(byType[22])
    guard issuerID != nil || hasPaths else { throw .noIssuer }
  }

  /// Types of offers are 1 … 79 and 1,000,000,000 … 1,999,999,999; even ones must be known.
  private static func checkType(_ type: UInt64) throws(Bolt12Refusal) {
    guard (1...79).contains(type) || (1_000_000_000...1_999_999_999).contains(type) else { throw .unknownType(type) }
    guard type % 2 == 1 || (type <= 22 && type != 0) else { throw .unknownType(type) }
  }

  private static func chains(_ record: TLVStream.Record?) throws(Bolt12Refusal) -> [Bytes32] {
    guard let record else { return [] }
    guard !record.value.isEmpty, record.value.count % 32 == 0 else { throw .badRecord(2) }
    return stride(from: 0, to: record.value.count, by: 32).compactMap { Bytes32(record.value[$0..<$0 + 32]) }
  }

  private static func price(
    _ amount: TLVStream.Record?,
    in currency: TLVStream.Record?
  ) throws(Bolt12Refusal) -> Price? {
    guard let amount else {
      guard currency == nil else { throw .incomplete }
      return nil
    }
    let number = try amount.number()
    guard number > 0 else { throw .badRecord(8) }
    guard let currency else { return .msat(number) }
    guard currency.value.count == 3, currency.value.allSatisfy({ $0 >= 0x41 && $0 <= 0x5a }) else {
      throw .badRecord(6)
    }
    return .currency(String(decoding: currency.value, as: UTF8.self), number)
  }

  private static func key(_ record: TLVStream.Record?) throws(Bolt12Refusal) -> Secp256k1.PublicKey? {
    guard let record else { return nil }
    do { return try Secp256k1.PublicKey(decoding: record.value.span) } catch { throw .badRecord(22) }
  }
}
