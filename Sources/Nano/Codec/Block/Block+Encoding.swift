import Coinslot
import Cryptography
public import Primitives

extension Block {
  /// The block as a node prints it: its order of members, indented by four spaces, a line feed at the end.
  ///
  /// Inside a callback or an answer this text is the value of a string.
  public var text: String { String(decoding: textBytes, as: UTF8.self) }

  var textBytes: [UInt8] {
    var room: [UInt8] = []
    room.reserveCapacity(1_024)
    var writer = JSONWriter(style: .pretty, appendingTo: room)
    write(to: &writer)
    writer.endLine()
    return writer.bytes
  }

  /// Writes the block as an object, members in a node's order.
  ///
  /// The subtype, where given, comes last, as a WebSocket message has it.
  public func write(to writer: inout JSONWriter, subtype: Subtype? = nil) {
    writer.beginObject()
    writer.member("type", Array(typeName.utf8))
    switch self {
    case .state(let block):
      writer.member("account", account: block.account)
      writer.member("previous", hex: block.previous)
      writer.member("representative", account: block.representative)
      writer.member("balance", decimal: block.balance)
      writer.member("link", hex: block.link)
      writer.member("link_as_account", account: block.link)
      writer.member("signature", block.seal.signature)
      writer.member("work", block.seal.work.ascii)
    case .send(let block):
      writer.member("previous", hex: block.previous)
      writer.member("destination", account: block.destination)
      writer.member("balance", Hex.digits(block.balance.bytes, uppercase: true))
    case .receive(let block):
      writer.member("previous", hex: block.previous)
      writer.member("source", hex: block.source)
    case .open(let block):
      writer.member("source", hex: block.source)
      writer.member("representative", account: block.representative)
      writer.member("account", account: block.account)
    case .change(let block):
      writer.member("previous", hex: block.previous)
      writer.member("representative", account: block.representative)
    }
    if !isState {
      writer.member("work", seal.work.ascii)
      writer.member("signature", seal.signature)
    }
    if let word = subtype?.word { writer.member("subtype", Array(word.utf8)) }
    writer.endObject()
  }

  /// The word for its type.
  public var typeName: String {
    switch self {
    case .state: "state"
    case .send: "send"
    case .receive: "receive"
    case .open: "open"
    case .change: "change"
    }
  }

  private var isState: Bool { if case .state = self { true } else { false } }
}

extension JSONWriter {
  /// Writes a member whose value is a string.
  mutating func member(_ key: StaticString, word: StaticString) {
    self.key(key)
    string(word)
  }

  /// Writes a member whose value is a string.
  mutating func member(_ key: StaticString, _ text: [UInt8]) {
    self.key(key)
    string(utf8: text.span)
  }

  /// Writes a member whose value is an account.
  mutating func member(_ key: StaticString, account: Bytes32) {
    self.key(key)
    let text = NanoAddress.text(account)
    string(utf8: text.span)
  }

  /// Writes a member whose value is 64 hexadecimal digits.
  mutating func member(_ key: StaticString, hex: Bytes32) {
    self.key(key)
    upperHex(hex)
  }

  /// Writes a member whose value is an amount in decimal digits.
  mutating func member(_ key: StaticString, decimal: Amount) {
    self.key(key)
    digits(decimal.units)
  }

  /// Writes a member whose value is 128 hexadecimal digits.
  mutating func member(_ key: StaticString, _ signature: Ed25519Signature) {
    self.key(key)
    upperHex(signature.r, signature.s)
  }
}
