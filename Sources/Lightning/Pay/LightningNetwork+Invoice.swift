package import Coinslot
import Primitives

extension LightningNetwork {
  /// Makes an invoice, and looks whether it is what was ordered before anybody sees it.
  package func invoice(_ order: InvoiceOrder) async throws(VerificationFailure) -> Invoice {
    guard let msat = UInt64(exactly: order.amount.units), msat > 0 else {
      throw .refused("the amount is beyond what Lightning can carry")
    }
    let facts = try await condition.facts()
    let wish = InvoiceWish(
      msat: msat,
      label: "\(config.labelPrefix):\(order.slot):\(order.quote)",
      description: description(order.description),
      expirySeconds: UInt32(clamping: max(1, order.lifeMS / 1_000))
    )
    let made: NodeInvoice
    do { made = try await node.makeInvoice(wish) } catch { throw condition.note(error) }
    guard let text = made.text, let currency = LightningCurrency(network: facts.network) else {
      throw .unavailable("the node made an invoice without a text")
    }
    let decoded: Bolt11Invoice
    do {
      decoded = try Bolt11Invoice(text)
    } catch {
      throw .contradiction("the node's invoice cannot be read: \(error)")
    }
    if let mismatch = decoded.mismatch(with: wish, paymentHash: made.paymentHash, currency: currency) {
      throw .contradiction("the node made an invoice with another \(mismatch.rawValue) than ordered")
    }
    return Invoice(
      account: Account(chain: chain, canonical: made.paymentHash.hex),
      text: text,
      expiresAtMS: Int64(clamping: decoded.expiresAtS) * 1_000
    )
  }

  private func description(_ ordered: InvoiceOrder.Description) -> InvoiceWish.Description {
    switch ordered {
    case .text(let text): .text(Self.plain(text))
    case .hashed(let text): .hashed(text)
    }
  }

  /// A line of text that every node takes: no control characters, at most 639 bytes (BOLT 11).
  static func plain(_ text: String) -> String {
    var line = ""
    for character in text.unicodeScalars.lazy.map({ $0.properties.generalCategory == .control ? " " : $0 }) {
      guard line.utf8.count + String(character).utf8.count <= 639 else { break }
      line.unicodeScalars.append(character)
    }
    return line
  }
}
