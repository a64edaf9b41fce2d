public import Primitives

/// A node prints a block in less than 900 bytes; nothing longer is read as one.
private let blockLimit = 4096

extension Block {
  /// Reads the JSON text of one block, an object with string members; members of no meaning are read over.
  ///
  /// - Throws: `NanoRefusal`: `.inconsistentLink` where `link_as_account` is not what was signed.
  public init(decoding text: Span<UInt8>) throws(NanoRefusal) {
    self = try SpokenBlock(decoding: text).consistent()
  }

  /// Reads a block out of a larger JSON value, where it is an object, or a string that holds the text of one.
  ///
  /// - Throws: `NanoRefusal`; `.wrongType` where it is neither.
  public init(_ value: JSONValue, field: String = "block") throws(NanoRefusal) {
    self = try SpokenBlock(value, field: field).consistent()
  }
}

extension SpokenBlock {
  /// Reads the JSON text of one block and keeps what is said beside it, true or not.
  ///
  /// - Throws: `NanoRefusal`; never `.inconsistentLink`.
  public init(decoding text: Span<UInt8>) throws(NanoRefusal) {
    guard text.count <= blockLimit else { throw .badLength(Field.block.name) }
    try self.init(TextFields(.block, ofWhole: text, maxDepth: 4), in: text)
  }

  /// Reads a block out of a larger JSON value and keeps what is said beside it, true or not.
  ///
  /// - Throws: `NanoRefusal`; never `.inconsistentLink`.
  public init(_ value: JSONValue, field: String = "block") throws(NanoRefusal) {
    switch value {
    case .string(let text): try self.init(decoding: Array(text.utf8).span)
    case .object: try self.init(decoding: Array(value.text().utf8).span)
    default: throw .wrongType(field)
    }
  }

  init(_ fields: TextFields, in bytes: Span<UInt8>) throws(NanoRefusal) {
    block = try Block(fields, in: bytes)
    linkAsAccount = fields[.linkAsAccount] == nil ? nil : try fields.account(.linkAsAccount, in: bytes)
    subtype = fields.subtype(in: bytes)
  }
}

extension Block {
  fileprivate init(_ fields: TextFields, in bytes: Span<UInt8>) throws(NanoRefusal) {
    let type = try fields.required(.type)
    if type.equals("state", in: bytes) {
      self = .state(
        StateBlock(
          account: try fields.account(.account, in: bytes),
          previous: try fields.bytes32(.previous, in: bytes),
          representative: try fields.account(.representative, in: bytes),
          balance: try fields.amount(.balance, in: bytes),
          link: try fields.bytes32(.link, in: bytes),
          seal: try fields.seal(in: bytes)
        )
      )
    } else if type.equals("send", in: bytes) {
      self = .send(
        LegacySend(
          previous: try fields.bytes32(.previous, in: bytes),
          destination: try fields.account(.destination, in: bytes),
          balance: try fields.hexAmount(.balance, in: bytes),
          seal: try fields.seal(in: bytes)
        )
      )
    } else if type.equals("receive", in: bytes) {
      self = .receive(
        LegacyReceive(
          previous: try fields.bytes32(.previous, in: bytes),
          source: try fields.bytes32(.source, in: bytes),
          seal: try fields.seal(in: bytes)
        )
      )
    } else if type.equals("open", in: bytes) {
      self = .open(
        LegacyOpen(
          source: try fields.bytes32(.source, in: bytes),
          representative: try fields.account(.representative, in: bytes),
          account: try fields.account(.account, in: bytes),
          seal: try fields.seal(in: bytes)
        )
      )
    } else if type.equals("change", in: bytes) {
      self = .change(
        LegacyChange(
          previous: try fields.bytes32(.previous, in: bytes),
          representative: try fields.account(.representative, in: bytes),
          seal: try fields.seal(in: bytes)
        )
      )
    } else {
      throw .unknownBlockType
    }
  }
}
