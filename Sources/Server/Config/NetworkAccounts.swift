package import Coinslot
import Nano
import Primitives

/// Reads the addresses of a configuration with the networks' own codecs: the one place here that knows them.
package enum NetworkAccounts {
  /// The account that a text names on a chain.
  ///
  /// - Throws: `AddressRefusal` with a sentence for the person who typed it; also for accounts that nobody owns.
  @Sendable package static func account(_ chain: Chain, _ text: String) throws(AddressRefusal) -> Account {
    guard chain.network == "nano" else { throw AddressRefusal(reason: "\(chain) is not known to this version") }
    let key: Bytes32
    do { key = try NanoAddress.decode(text) } catch { throw AddressRefusal(reason: sentence(error, text)) }
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
