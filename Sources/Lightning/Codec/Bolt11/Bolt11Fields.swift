import Cryptography
import Primitives

/// The fields of an invoice that are understood, while they are read: of each kind the first that is one.
struct Bolt11Fields {
  var paymentHash: Bytes32?
  var paymentSecret: Bytes32?
  var description: String?
  var descriptionHash: Bytes32?
  var payee: Secp256k1.PublicKey?
  var expirySeconds: UInt64?
  var minFinalCLTV: UInt64?
  var features: Bolt11Features?
  var routeHints: [[Bolt11Hop]] = []
  var fallbacks: [Bolt11Fallback] = []
  var metadata: [UInt8]?

  /// Takes in one field.
  mutating func read(_ field: Bolt11Parts.Field, of words: [UInt8]) throws(Bolt11Refusal) {
    switch field.letter {
    case "p": try Self.first(&paymentHash, field, words, Bolt11Fields.hash)
    case "s": try Self.first(&paymentSecret, field, words, Bolt11Fields.hash)
    case "h": try Self.first(&descriptionHash, field, words, Bolt11Fields.hash)
    case "n": try Self.first(&payee, field, words, Bolt11Fields.key)
    case "d": try Self.first(&description, field, words, Bolt11Fields.text)
    case "x": try Self.first(&expirySeconds, field, words, Bolt11Fields.number)
    case "c": try Self.first(&minFinalCLTV, field, words, Bolt11Fields.number)
    case "m": try Self.first(&metadata, field, words, Bolt11Fields.bytes)
    case "9":
      try Self.first(&features, field, words) { field, words throws(Bolt11Refusal) in
        guard words[field.range].first != 0 else { throw .badField("9") }
        return Bolt11Features(words: words[field.range])
      }
    case "f": if let fallback = try Bolt11Fields.fallback(field, words) { fallbacks.append(fallback) }
    case "r": routeHints.append(try Bolt11Fields.route(field, words))
    default: break
    }
  }

  private static func first<Value>(
    _ place: inout Value?,
    _ field: Bolt11Parts.Field,
    _ words: [UInt8],
    _ read: (Bolt11Parts.Field, [UInt8]) throws(Bolt11Refusal) -> Value?
  ) throws(Bolt11Refusal) {
    if place == nil { place = try read(field, words) }
  }
}

extension Bolt11Fields {
  private static func bytes(_ field: Bolt11Parts.Field, _ words: [UInt8]) throws(Bolt11Refusal) -> [UInt8]? {
    do { return try FiveBitWords.bytes(of: words.span, field.range) } catch { throw .badField(field.letter) }
  }

  private static func hash(_ field: Bolt11Parts.Field, _ words: [UInt8]) throws(Bolt11Refusal) -> Bytes32? {
    guard field.range.count == 52 else { return nil }
    return try bytes(field, words).flatMap { Bytes32($0) }
  }

  private static func key(
    _ field: Bolt11Parts.Field,
    _ words: [UInt8]
  ) throws(Bolt11Refusal) -> Secp256k1.PublicKey? {
    guard field.range.count == 53, let bytes = try bytes(field, words) else { return nil }
    do { return try Secp256k1.PublicKey(decoding: bytes.span) } catch { throw .badField(field.letter) }
  }

  private static func text(_ field: Bolt11Parts.Field, _ words: [UInt8]) throws(Bolt11Refusal) -> String? {
    guard let text = try String(validating: bytes(field, words) ?? [], as: UTF8.self) else {
      throw .badField(field.letter)
    }
    return text
  }

  /// A number in its shortest form, below 2⁶⁴; nodes write zero as one word of it, not as none.
  private static func number(_ field: Bolt11Parts.Field, _ words: [UInt8]) throws(Bolt11Refusal) -> UInt64? {
    let words = words[field.range]
    guard words.first != 0 || words.count == 1, words.count <= 13 else { throw .badField(field.letter) }
    let value = words.reduce(UInt128(0)) { $0 << 5 | UInt128($1) }
    guard let value = UInt64(exactly: value) else { throw .badField(field.letter) }
    return value
  }

  private static func fallback(_ field: Bolt11Parts.Field, _ words: [UInt8]) throws(Bolt11Refusal) -> Bolt11Fallback? {
    guard let version = words[field.range].first, version <= 18 else { return nil }
    let program = Bolt11Parts.Field(letter: field.letter, range: field.range.dropFirst())
    return Bolt11Fallback(version: version, program: try bytes(program, words) ?? [])
  }

  private static func route(_ field: Bolt11Parts.Field, _ words: [UInt8]) throws(Bolt11Refusal) -> [Bolt11Hop] {
    let bytes = try bytes(field, words) ?? []
    guard !bytes.isEmpty, bytes.count % 51 == 0 else { throw .badField(field.letter) }
    var reader = ByteReader()
    var hops: [Bolt11Hop] = []
    do {
      while reader.remaining(in: bytes.span) > 0 {
        let key = try reader.take(33, in: bytes.span)
        hops.append(
          Bolt11Hop(
            node: try Secp256k1.PublicKey(decoding: bytes.span.extracting(key)),
            shortChannelID: try reader.integer(UInt64.self, in: bytes.span),
            baseMsat: try reader.integer(UInt32.self, in: bytes.span),
            proportionalMillionths: try reader.integer(UInt32.self, in: bytes.span),
            cltvDelta: try reader.integer(UInt16.self, in: bytes.span)
          )
        )
      }
    } catch { throw .badField(field.letter) }
    return hops
  }
}
