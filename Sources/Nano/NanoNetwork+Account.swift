package import Coinslot
import Primitives

extension NanoNetwork {
  /// The account that a person's text names on a chain of this network; needs no node.
  ///
  /// - Throws: `AddressRefusal` with a sentence for the person who typed it; also for accounts nobody can be paid at.
  @Sendable package static func account(_ text: String, on chain: Chain) throws(AddressRefusal) -> Account {
    let key: Bytes32
    do { key = try NanoAddress.decode(text) } catch {
      throw AddressRefusal(reason: sentence(error, text))
    }
    guard key != NanoFacts.burnKey else {
      throw AddressRefusal(reason: "this is the burn account: nobody can ever use what is paid there")
    }
    guard key != NanoFacts.genesisKeyLive else {
      throw AddressRefusal(reason: "this is the network's first account, which is not yours")
    }
    return Account(chain: chain, canonical: NanoAddress.encode(key))
  }

  private static func sentence(_ refusal: Refusal, _ text: String) -> String {
    switch refusal {
    case .badPrefix: "\"\(text.prefix(80))\" is no Nano address: it begins with nano_"
    case .short(let needed, let had):
      "this Nano address has \(had) characters after its prefix instead of \(needed): was it cut?"
    case .long(let limit, let had): "this Nano address has \(had) characters after its prefix instead of \(limit)"
    case .badCharacter:
      "this Nano address has a character that none has: only 1, 3 to 9 and small letters without l and v"
    case .badChecksum, .notCanonical: "a character of this Nano address is wrong: its checksum does not fit"
    default: "this is no Nano address"
    }
  }
}
