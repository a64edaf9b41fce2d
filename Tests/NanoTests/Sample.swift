import Coinslot
import Cryptography
import Nano
import Primitives

/// Blocks of a throw-away key, for tests that bend them.
enum Sample {
  static let key = Sodium.Blake2b.hash(Array("a key for tests and nothing else".utf8).span)
  static let account = Ed25519Blake2b.publicKey(of: key)
  static let payee = Ed25519Blake2b.publicKey(of: Sodium.Blake2b.hash(Array("the payee".utf8).span))

  /// A signed send of 1 raw, as the object a node prints.
  static var state: JSONValue { value(stateBlock) }
  static var stateBlock: Block { signed(previous: NanoFacts.genesisLive, balance: Amount(41), link: payee) }

  /// A signed send of the retired kind.
  static var legacySend: JSONValue { value(legacySendBlock) }
  static var legacySendBlock: Block {
    let unsigned = LegacySend(previous: NanoFacts.genesisLive, destination: payee, balance: Amount(41), seal: noSeal)
    return .send(
      LegacySend(
        previous: unsigned.previous,
        destination: payee,
        balance: unsigned.balance,
        seal: seal(unsigned.hash)
      )
    )
  }

  static func signed(previous: Bytes32, balance: Amount, link: Bytes32, by privateKey: Bytes32 = key) -> Block {
    let account = Ed25519Blake2b.publicKey(of: privateKey)
    let hash = StateBlock.hash(
      account: account,
      previous: previous,
      representative: payee,
      balance: balance,
      link: link
    )
    return .state(
      StateBlock(
        account: account,
        previous: previous,
        representative: payee,
        balance: balance,
        link: link,
        seal: seal(hash, by: privateKey)
      )
    )
  }

  static func seal(_ hash: Bytes32, by privateKey: Bytes32 = key) -> Block.Seal {
    Block.Seal(signature: Ed25519Blake2b.sign(hash, privateKey: privateKey), work: Work(nonce: 0x0123_4567_89ab_cdef))
  }

  /// The body a node posts for a block.
  static func callback(
    _ block: Block,
    account: Bytes32 = account,
    hash: Bytes32? = nil,
    amount: String? = "1",
    isSend: String? = "true",
    subtype: String? = "send"
  ) -> String {
    var members: [JSONValue.Member] = [
      .init("account", .string(NanoAddress.encode(account))),
      .init("hash", .string((hash ?? block.hash).hex(uppercase: true))), .init("block", .string(block.text)),
    ]
    if let amount { members.append(.init("amount", .string(amount))) }
    if let isSend { members.append(.init("is_send", .string(isSend))) }
    if let subtype { members.append(.init("subtype", .string(subtype))) }
    return JSONValue.object(members).text(style: .pretty) + "\n"
  }

  /// The text a node sends on its WebSocket for a confirmed block.
  static func confirmation(_ block: Block, account: Bytes32 = account, amount: String = "1", subtype: Subtype? = .send)
    -> String
  {
    var writer = JSONWriter(style: .pretty)
    writer.beginObject()
    writer.member("topic", "confirmation")
    writer.member("time", "1732000000000")
    writer.key("message" as StaticString)
    writer.beginObject()
    writer.member("account", NanoAddress.encode(account))
    writer.member("amount", amount)
    writer.member("hash", block.hash.hex(uppercase: true))
    writer.member("confirmation_type", "inactive")
    writer.key("block" as StaticString)
    block.write(to: &writer, subtype: subtype)
    writer.endObject()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  private static var noSeal: Block.Seal {
    Block.Seal(signature: Ed25519Signature(r: .zero, s: .zero), work: Work(nonce: 0))
  }

  private static func value(_ block: Block) -> JSONValue {
    (try? JSONValue(parsing: block.text)) ?? .null
  }
}

extension JSONValue {
  /// The object with one member's value exchanged, or added at the end.
  func replacing(_ key: String, with value: JSONValue) -> JSONValue {
    guard let members = object else { return self }
    guard members.contains(where: { $0.key == key }) else { return .object(members + [Member(key, value)]) }
    return .object(members.map { $0.key == key ? Member(key, value) : $0 })
  }

  /// The object without one member.
  func removing(_ key: String) -> JSONValue { .object((object ?? []).filter { $0.key != key }) }
}
