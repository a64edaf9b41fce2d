package import Coinslot
import Cryptography
package import Nano
public import Primitives

/// A throw-away key pair of the toy network.
///
/// Anyone who knows the seed can spend from it: never send value to it.
public struct ToyKey: Hashable, Sendable {
  /// The key that names the account.
  public let account: Bytes32
  package let privateKey: Bytes32

  /// The account as text.
  public var address: String { NanoAddress.encode(account) }

  /// The key at `index` under a seed, derived as Nano wallets do: BLAKE2b-256 over the seed and the index.
  public init(seed: Bytes32, index: UInt32) {
    let tail = (0..<4).map { UInt8(truncatingIfNeeded: index >> UInt32(24 - 8 * $0)) }
    self.init(privateKey: Sodium.Blake2b.hash((seed.bytes + tail).span))
  }

  package init(privateKey: Bytes32) {
    self.privateKey = privateKey
    account = Ed25519Blake2b.publicKey(of: privateKey)
  }

  /// A seed from a text that people can remember and that a test can write down.
  public static func seed(_ text: String) -> Bytes32 { Sodium.Blake2b.hash(Array("toy nano: \(text)".utf8).span) }

  /// A signed state block of this account.
  package func stateBlock(
    previous: Bytes32,
    representative: Bytes32,
    balance: Amount,
    link: Bytes32,
    work: Work
  ) -> Block {
    stateBlock(
      account: account,
      previous: previous,
      representative: representative,
      balance: balance,
      link: link,
      work: work
    )
  }

  /// A state block of any account, signed by this key: what the signer of epochs does.
  package func stateBlock(
    account: Bytes32,
    previous: Bytes32,
    representative: Bytes32,
    balance: Amount,
    link: Bytes32,
    work: Work
  ) -> Block {
    let hash = StateBlock.hash(
      account: account,
      previous: previous,
      representative: representative,
      balance: balance,
      link: link
    )
    return .state(
      StateBlock(
        account: account,
        previous: previous,
        representative: representative,
        balance: balance,
        link: link,
        seal: seal(hash, work)
      )
    )
  }

  /// A retired block, built twice: once for its hash, once with the signature over it.
  package func legacy(_ work: Work, _ build: (Block.Seal) -> Block) -> Block {
    build(seal(build(Block.Seal(signature: Ed25519Signature(r: .zero, s: .zero), work: work)).hash, work))
  }

  private func seal(_ hash: Bytes32, _ work: Work) -> Block.Seal {
    Block.Seal(signature: Ed25519Blake2b.sign(hash, privateKey: privateKey), work: work)
  }
}
