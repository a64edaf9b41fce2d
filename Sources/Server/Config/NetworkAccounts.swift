package import Coinslot
import Lightning
import Nano

/// Reads the addresses of a configuration with the networks' own codecs: the one place here that knows them.
package enum NetworkAccounts {
  /// The account that a text names on a chain.
  ///
  /// - Throws: `AddressRefusal` with a sentence for the person who typed it; also for accounts that nobody owns.
  @Sendable package static func account(_ chain: Chain, _ text: String) throws(AddressRefusal) -> Account {
    switch chain.network {
    case "nano": return try NanoNetwork.account(text, on: chain)
    case "lightning":
      // One account stands for the node, and nobody can pay to it without an invoice.
      guard text == LightningConfig.nodeAddress else {
        throw AddressRefusal(reason: "Lightning has no addresses to pay to without an invoice; write: lightning: true")
      }
      return Account(chain: chain, canonical: text)
    default: throw AddressRefusal(reason: "\(chain) is not known to this version")
    }
  }
}
