import Coinslot
import Cryptography
public import Primitives

extension Block {
  /// The block as a node prints it: its order of members, indented by four spaces, a line feed at the end.
  ///
  /// Inside a callback or an answer this text is the value of a string.
  public var text: String { String(decoding: textBytes, as: UTF8.self) }

  var textBytes: [UInt8] {
    var writer = JSONWriter(style: .pretty)
    write(to: &writer)
    return writer.bytes + [0x0a]
  }

  /// Writes the block as an object, members in a node's order.
  ///
  /// The subtype, where given, comes last, as a WebSocket message has it.
  public func write(to writer: inout JSONWriter, subtype: Subtype? = nil) {
    writer.beginObject()
    writer.member("type", Array(typeName.utf8))
    switch self {
    case .state(let block):
      writer.member("account", NanoAddress.ascii(block.account))
      writer.member("previous", block.previous.hexDigits(uppercase: true))
      writer.member("representative", NanoAddress.ascii(block.representative))
      writer.member("balance", Array(block.balance.description.utf8))
      writer.member("link", block.link.hexDigits(uppercase: true))
      writer.member("link_as_account", NanoAddress.ascii(block.link))
      writer.member("signature", Hex.digits(block.seal.signature.bytes, uppercase: true))
      writer.member("work", block.seal.work.ascii)
    case .send(let block):
      writer.member("previous", block.previous.hexDigits(uppercase: true))
      writer.member("destination", NanoAddress.ascii(block.destination))
      writer.member("balance", Hex.digits(block.balance.bytes, uppercase: true))
    case .receive(let block):
      writer.member("previous", block.previous.hexDigits(uppercase: true))
      writer.member("source", block.source.hexDigits(uppercase: true))
    case .open(let block):
      writer.member("source", block.source.hexDigits(uppercase: true))
      writer.member("representative", NanoAddress.ascii(block.representative))
      writer.member("account", NanoAddress.ascii(block.account))
    case .change(let block):
      writer.member("previous", block.previous.hexDigits(uppercase: true))
      writer.member("representative", NanoAddress.ascii(block.representative))
    }
    if !isState {
      writer.member("work", seal.work.ascii)
      writer.member("signature", Hex.digits(seal.signature.bytes, uppercase: true))
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
  mutating func member(_ key: StaticString, _ text: [UInt8]) {
    self.key(key)
    string(utf8: text.span)
  }
}
