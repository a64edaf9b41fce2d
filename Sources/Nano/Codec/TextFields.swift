import Coinslot
import Cryptography
import Primitives

/// Where the strings of one JSON object lie, by field.
///
/// Nothing is copied.
struct TextFields {
  private var texts = InlineArray<16, JSONText?>(repeating: nil)

  /// Reads the members of an object up to its end; its opening brace was the token before.
  ///
  /// - Throws: `.wrongType` where a wanted member is no string, `.twice` where it is there again, `.notJSON`,
  ///   `.badText`.
  init(_ wanted: FieldSet, in bytes: Span<UInt8>, _ tokens: inout JSONTokenizer) throws(NanoRefusal) {
    while case .key(let key) = try tokens.token(in: bytes) {
      guard let field = Field(key, in: bytes), wanted.contains(field) else {
        try tokens.skip(in: bytes)
        continue
      }
      guard case .string(let text) = try tokens.token(in: bytes) else { throw .wrongType(field.name) }
      guard texts[field.rawValue] == nil else { throw .twice(field.name) }
      texts[field.rawValue] = text
    }
  }

  /// Reads a text that is one object and nothing else.
  ///
  /// - Throws: `.notObject` for another value, and as above.
  init(_ wanted: FieldSet, ofWhole bytes: Span<UInt8>, maxDepth: Int) throws(NanoRefusal) {
    var tokens = JSONTokenizer(maxDepth: maxDepth)
    guard case .beginObject = try tokens.token(in: bytes) else {
      try TextFields.readRest(of: bytes, &tokens)
      throw .notObject
    }
    try self.init(wanted, in: bytes, &tokens)
    try TextFields.readRest(of: bytes, &tokens)
  }

  /// Where the string of a field lies, if the field is there.
  subscript(_ field: Field) -> JSONText? { texts[field.rawValue] }

  /// Where the string of a field lies.
  ///
  /// - Throws: `.missing`.
  func required(_ field: Field) throws(NanoRefusal) -> JSONText {
    guard let text = texts[field.rawValue] else { throw .missing(field.name) }
    return text
  }

  private static func readRest(of bytes: Span<UInt8>, _ tokens: inout JSONTokenizer) throws(NanoRefusal) {
    while try tokens.token(in: bytes) != .end {}
  }
}

extension TextFields {
  /// Thirty-two bytes as 64 hexadecimal digits.
  ///
  /// - Throws: `.missing`, `.badLength`, `.badHex`.
  func bytes32(_ field: Field, in bytes: Span<UInt8>) throws(NanoRefusal) -> Bytes32 {
    try NanoText.bytes32(bytes.extracting(try required(field).range), field.name)
  }

  /// The key an account names.
  ///
  /// - Throws: `.missing`, `.badAccount`.
  func account(_ field: Field, in bytes: Span<UInt8>) throws(NanoRefusal) -> Bytes32 {
    try NanoText.account(bytes.extracting(try required(field).range), field.name)
  }

  /// An amount of raw in decimal digits.
  ///
  /// - Throws: `.missing`, `.badNumber`, `.numberTooLarge`.
  func amount(_ field: Field, in bytes: Span<UInt8>) throws(NanoRefusal) -> Amount {
    try NanoText.amount(bytes.extracting(try required(field).range), field.name)
  }

  /// An amount of raw in 32 hexadecimal digits, as in a legacy send.
  ///
  /// - Throws: `.missing`, `.badLength`, `.badHex`.
  func hexAmount(_ field: Field, in bytes: Span<UInt8>) throws(NanoRefusal) -> Amount {
    Amount(try NanoText.hexNumber(bytes.extracting(try required(field).range), digits: 32, field.name))
  }

  /// The signature and the work, which every block has.
  ///
  /// - Throws: `.missing`, `.badLength`, `.badHex`.
  func seal(in bytes: Span<UInt8>) throws(NanoRefusal) -> Block.Seal {
    let signature = bytes.extracting(try required(.signature).range)
    guard signature.count == 128 else { throw .badLength(Field.signature.name) }
    let r = try NanoText.bytes32(signature.extracting(0..<64), Field.signature.name)
    let s = try NanoText.bytes32(signature.extracting(64..<128), Field.signature.name)
    let work = bytes.extracting(try required(.work).range)
    guard work.count == 16 else { throw .badLength(Field.work.name) }
    guard let nonce = NanoText.hexWord(work, at: 0) else { throw .badHex(Field.work.name) }
    return Block.Seal(signature: Ed25519Signature(r: r, s: s), work: Work(nonce: nonce))
  }

  /// What the object says the block does, if it does.
  func subtype(in bytes: Span<UInt8>) -> Subtype? {
    guard let text = texts[Field.subtype.rawValue] else { return nil }
    if text.equals("send", in: bytes) { return .send }
    if text.equals("receive", in: bytes) { return .receive }
    if text.equals("change", in: bytes) { return .change }
    return text.equals("epoch", in: bytes) ? .epoch : .other
  }
}
