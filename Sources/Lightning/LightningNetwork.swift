package import Coinslot
package import Logging
import Primitives

/// Lightning, seen through our own node: the one door of this slice.
///
/// All money arrives at one account that stands for the node; an invoice is told apart by its payment hash, which is the
/// identity of its payment, and the account of the quote it was made for.
package final class LightningNetwork: InvoicingNetwork, Sendable {
  package let chain: Chain
  package let asset = Asset.satoshi
  package let account: Account

  let node: any LightningNode
  let config: LightningConfig
  let condition: LightningCondition
  let clock: any Clock
  /// Whether a payment hash is that of a quote of ours, for nodes that keep no labels.
  let knows: @Sendable (Account) async throws -> Bool
  let log: Logger

  /// A network over the operator's node.
  package init(
    _ config: LightningConfig,
    node: any LightningNode,
    clock: any Clock,
    log: Logger,
    knows: @escaping @Sendable (Account) async throws -> Bool
  ) {
    var log = log
    log[metadataKey: "source"] = "\(config.chain)"
    self.config = config
    self.node = node
    self.clock = clock
    self.knows = knows
    self.log = log
    chain = config.chain
    account = Account(chain: config.chain, canonical: LightningConfig.nodeAddress)
    condition = LightningCondition(node: node, network: config.nodeNetwork)
  }

  package var health: SourceHealth { condition.health }

  package func account(_ text: String) throws(AddressRefusal) -> Account {
    guard text == LightningConfig.nodeAddress else {
      throw AddressRefusal(reason: "Lightning has no addresses to pay to without an invoice; write: lightning: true")
    }
    return account
  }

  /// The link of an invoice; `account` must be a quote's and `label` is not used, since all is in the invoice itself.
  package func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String {
    "lightning:\(account.address)"
  }

  package func watch(_ accounts: [Account: Amount]) async {}

  package func genesis() async throws(VerificationFailure) -> String { try await condition.facts().id }

  package func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    guard let hash = Bytes32(hex: sighting.id.transaction) else { throw .refused("not a payment hash") }
    let id = try await genesis()
    guard id == mark.genesis else { throw .unavailable("the node is not the one that watching began with") }
    let found: NodeInvoice?
    do { found = try await node.invoice(paying: hash) } catch { throw condition.note(error) }
    guard let found else { throw .refused("the node knows no such invoice") }
    guard try await isOurs(found) else { throw .refused("it is another program's invoice") }
    return try InvoiceProof(chain: chain, account: account).verified(found, heardAtMS: sighting.heardAtMS, since: mark)
  }

  /// Whether an invoice is one of ours: by its label, or because a quote waits for it.
  func isOurs(_ invoice: NodeInvoice) async throws(VerificationFailure) -> Bool {
    if let label = invoice.label { return label.hasPrefix("\(config.labelPrefix):") }
    do {
      return try await knows(Account(chain: chain, canonical: invoice.paymentHash.hex))
    } catch {
      throw .unavailable("the ledger cannot be read")
    }
  }
}

extension Bytes32 {
  /// 64 lower-case hex digits.
  var hex: String { Hex.encode(bytes) }

  /// Reads 64 lower-case hex digits, the one spelling in the books; nil for any other text.
  init?(hex text: String) {
    guard text.utf8.count == 64, text == text.lowercased(), let bytes = try? Hex.decode(text) else { return nil }
    self.init(bytes)
  }
}
