import Coinslot
import Cryptography
package import Nano
package import Primitives
/// How one release of the node puts things into JSON: which members, in which order.
package struct NodeSpeech: Sendable {
  package let release: NodeRelease

  package init(_ release: NodeRelease) { self.release = release }

  /// An account as text.
  package func address(_ key: Bytes32) -> String {
    let address = NanoAddress.encode(key)
    return release.speaksNano ? address : "xrb_" + address.dropFirst("nano_".count)
  }

  package func hash(_ hash: Bytes32) -> String { hash.hex(uppercase: true) }

  /// A block as an object; other things that a message puts inside it are left to the caller.
  package func block(_ block: Block) -> [PropertyTree.Member] {
    let work = PropertyTree.Member("work", block.seal.work.hex)
    let signature = PropertyTree.Member("signature", Hex.encode(block.seal.signature.bytes, uppercase: true))
    switch block {
    case .state(let block):
      return [
        .init("type", "state"), .init("account", address(block.account)), .init("previous", hash(block.previous)),
        .init("representative", address(block.representative)), .init("balance", block.balance.description),
        .init("link", hash(block.link)), .init("link_as_account", address(block.link)), signature, work,
      ]
    case .send(let block):
      return [
        .init("type", "send"), .init("previous", hash(block.previous)),
        .init("destination", address(block.destination)),
        .init("balance", Hex.encode(block.balance.bytes, uppercase: true)), work, signature,
      ]
    case .receive(let block):
      return [
        .init("type", "receive"), .init("previous", hash(block.previous)), .init("source", hash(block.source)), work,
        signature,
      ]
    case .open(let block):
      return [
        .init("type", "open"), .init("source", hash(block.source)),
        .init("representative", address(block.representative)), .init("account", address(block.account)), work,
        signature,
      ]
    case .change(let block):
      return [
        .init("type", "change"), .init("previous", hash(block.previous)),
        .init("representative", address(block.representative)), work, signature,
      ]
    }
  }

  /// A block as the text that stands in a string.
  package func blockText(_ block: Block) -> String { PropertyTree.object(self.block(block)).printed }

  /// The body of a callback.
  package func callback(_ saying: Saying) -> PropertyTree {
    var members: [PropertyTree.Member] = [
      .init("account", address(saying.account)), .init("hash", hash(saying.hash)),
      .init("block", blockText(saying.block)), .init("amount", (saying.amount ?? .zero).description),
    ]
    guard saying.isState else { return .object(members) }
    if saying.subtype == .send { members.append(.init("is_send", "true")) }
    if release.speaksNano, let word = saying.subtype.word { members.append(.init("subtype", word)) }
    return .object(members)
  }
}
