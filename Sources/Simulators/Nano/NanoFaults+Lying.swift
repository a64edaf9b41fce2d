import Coinslot
import Cryptography
import Nano
import Primitives

extension NanoFaults {
  /// What the node says on one channel, instead of the truth.
  func distorted(_ saying: Saying, on channel: Channels) -> Saying {
    var saying = saying
    if wrongAmount.contains(channel) { saying.amount = saying.amount.map(NanoFaults.thousandfold) }
    if wrongSignature.contains(channel) { saying.block = saying.block.wronglySigned }
    if wrongHash.contains(channel) { saying.block = saying.block.changed }
    return saying
  }

  static func thousandfold(_ amount: Amount) -> Amount {
    let (product, overflows) = amount.units.multipliedReportingOverflow(by: 1000)
    return Amount(overflows ? .max : product)
  }
}

extension Block {
  /// The same block with one bit of its signature turned over: same hash, nobody's signature.
  fileprivate var wronglySigned: Block {
    let r = seal.signature.r.bytes
    let turned = Bytes32([r[0] ^ 1] + r.dropFirst()) ?? .zero
    return sealed(Seal(signature: Ed25519Signature(r: turned, s: seal.signature.s), work: seal.work))
  }

  private func sealed(_ seal: Seal) -> Block {
    switch self {
    case .state(let b):
      .state(
        StateBlock(
          account: b.account,
          previous: b.previous,
          representative: b.representative,
          balance: b.balance,
          link: b.link,
          seal: seal
        )
      )
    case .send(let b):
      .send(LegacySend(previous: b.previous, destination: b.destination, balance: b.balance, seal: seal))
    case .receive(let b): .receive(LegacyReceive(previous: b.previous, source: b.source, seal: seal))
    case .open(let b):
      .open(LegacyOpen(source: b.source, representative: b.representative, account: b.account, seal: seal))
    case .change(let b): .change(LegacyChange(previous: b.previous, representative: b.representative, seal: seal))
    }
  }

  /// Another block that looks much the same: the representative is the burn account, or the predecessor is itself.
  fileprivate var changed: Block {
    switch self {
    case .state(let b):
      .state(
        StateBlock(
          account: b.account,
          previous: b.previous,
          representative: NanoFacts.burnKey,
          balance: b.balance,
          link: b.link,
          seal: b.seal
        )
      )
    case .send(let b):
      .send(LegacySend(previous: b.hash, destination: b.destination, balance: b.balance, seal: b.seal))
    case .receive(let b): .receive(LegacyReceive(previous: b.hash, source: b.source, seal: b.seal))
    case .open(let b):
      .open(LegacyOpen(source: b.source, representative: NanoFacts.burnKey, account: b.account, seal: b.seal))
    case .change(let b): .change(LegacyChange(previous: b.hash, representative: b.representative, seal: b.seal))
    }
  }
}
