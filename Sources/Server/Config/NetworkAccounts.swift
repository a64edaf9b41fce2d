package import Coinslot
import Nano

/// Reads the addresses of a configuration with the networks' own codecs: the one place here that knows them.
package enum NetworkAccounts {
  /// The account that a text names on a chain.
  ///
  /// - Throws: `AddressRefusal` with a sentence for the person who typed it; also for accounts that nobody owns.
  @Sendable package static func account(_ chain: Chain, _ text: String) throws(AddressRefusal) -> Account {
    guard chain.network == "nano" else { throw AddressRefusal(reason: "\(chain) is not known to this version") }
    return try NanoNetwork.account(text, on: chain)
  }
}
