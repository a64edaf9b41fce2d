import Primitives

/// What becomes of a message of BTCPay Server: checked, read again at its source, recorded, and only then answered.
///
/// ## On failure
/// Nothing is kept here. What could not be recorded is answered with 503, so the server sends it again, for about an
/// hour and only while it runs; a list of settled invoices from time to time finds what it has forgotten.
package struct BTCPayHook: Sendable {
  private let client: BTCPayClient

  /// Messages about the store of `client`.
  package init(_ client: BTCPayClient) { self.client = client }

  /// Handles a message: its header `BTCPay-Sig`, nil where there was none, and its body as it came.
  ///
  /// `record` records a paid invoice and returns once that is durable, also where it was recorded before: store and
  /// invoice id are the payment's identity. It throws where it could not.
  package func receive(
    signature: String?,
    body: [UInt8],
    record: (BTCPayInvoice) async throws -> Void
  ) async -> BTCPayAnswer {
    guard body.count <= BTCPayDelivery.maxBytes else { return .unreadable }
    let secret: String
    do throws(NodeFailure) {
      guard let file = client.settings.webhookSecretFile else { return .forged }
      secret = try NodeFile.readSecretText(file)
    } catch {
      // Our own trouble with the file must not make the server give up.
      return .later("the webhook's secret cannot be read")
    }
    guard BTCPaySignature.isValid(signature, body: body, secret: Array(secret.utf8)) else { return .forged }
    guard let delivery = try? BTCPayDelivery(decoding: body) else { return .unreadable }
    switch delivery.meaning(store: client.settings.store) {
    case .ignore(let why): return .ignored(why)
    case .look(let id): return await look(id, record)
    }
  }

  private func look(_ id: String, _ record: (BTCPayInvoice) async throws -> Void) async -> BTCPayAnswer {
    let invoice: BTCPayInvoice?
    do throws(NodeFailure) {
      invoice = try await client.invoice(id)
    } catch {
      return .later("BTCPay Server cannot be asked")
    }
    guard let invoice else { return .ignored("unknown_invoice") }
    switch invoice.verdict {
    case .paid: break
    case .markedByHand: return .ignored("marked_by_hand")
    case .never: return .ignored("not_paid")
    // The message says settled and its source does not: what cannot be true now may be in a moment.
    case .notYet: return .later("the invoice is not settled")
    }
    do {
      try await record(invoice)
      return .recorded
    } catch {
      return .later("the payment cannot be recorded")
    }
  }
}
