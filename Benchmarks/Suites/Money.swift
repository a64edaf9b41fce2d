import Coinslot
import Cryptography
import Nano
import Primitives

/// Signed callbacks as a node posts them.
enum Money {
  static let payer = Bytes32(words: 1, 2, 3, 4)
  static let payerKey = Ed25519Blake2b.publicKey(of: payer)

  /// The key of an account that somebody else has; any 32 bytes can be paid to.
  static func key(_ number: Int) -> Bytes32 {
    Bytes32(SHA256.digest(of: Array("account \(number)".utf8))) ?? .zero
  }

  static func block(_ number: Int, to destination: Bytes32) -> Block {
    let previous = Bytes32(words: 7, 7, 7, UInt64(number)), balance = Amount(UInt128(number) + 1)
    let hash = StateBlock.hash(
      account: payerKey,
      previous: previous,
      representative: payerKey,
      balance: balance,
      link: destination
    )
    let seal = Block.Seal(signature: Ed25519Blake2b.sign(hash, privateKey: payer), work: Work(nonce: 1))
    return .state(
      StateBlock(
        account: payerKey,
        previous: previous,
        representative: payerKey,
        balance: balance,
        link: destination,
        seal: seal
      )
    )
  }

  /// Prints callbacks for a script, each on a line behind the address it pays: the first one's number, how many, and to
  /// how many accounts in turn.
  static func printCallbacks(_ numbers: [Int]) {
    guard numbers.count == 3, numbers[2] > 0 else { return }
    for i in 0..<numbers[1] {
      let destination = key(numbers[0] + i % numbers[2])
      let body = callback(numbers[0] + i, to: destination, style: .spaced)
      print(NanoAddress.encode(destination), String(decoding: body, as: UTF8.self))
    }
  }

  /// The body of a callback about 1 XNO.
  static func callback(_ number: Int, to destination: Bytes32, style: JSONWriter.Style = .pretty) -> [UInt8] {
    let block = block(number, to: destination)
    var json = JSONWriter(style: style)
    json.beginObject()
    json.member("account", NanoAddress.encode(payerKey))
    json.member("hash", block.hash.hex(uppercase: true))
    json.member("block", block.text)
    json.member("amount", "\(Asset.nano.one)")
    json.member("is_send", "true")
    json.member("subtype", "send")
    json.endObject()
    return json.bytes
  }
}
