package import Primitives

/// `listinvoices`: invoices by one thing that singles them out, or a page of all; empty where there is none.
package struct ListInvoices: CoreLightningCall {
  package enum Selector: Hashable, Sendable {
    /// All of them: a large answer on a node that sold much.
    case all
    case label(String)
    case paymentHash(Bytes32)
    /// All that answer a BOLT12 offer.
    case offer(Bytes32)
    /// At most `limit` in an order, from a place in it that counts from 1 (version 23.08 and later).
    case page(Order, start: UInt64, limit: UInt32)
  }

  package enum Order: String, Hashable, Sendable {
    case created
    /// Only those that changed since they were made.
    case updated
  }

  package let selector: Selector

  package init(_ selector: Selector) { self.selector = selector }

  package var request: CoreLightningRequest {
    let request = CoreLightningRequest("listinvoices")
    return switch selector {
    case .all: request
    case .label(let label): request.with("label", .string(label))
    case .paymentHash(let hash): request.with("payment_hash", .string(hash.hex()))
    case .offer(let id): request.with("offer_id", .string(id.hex()))
    case .page(let order, let start, let limit):
      request.with("index", .string(order.rawValue)).with("start", start).with("limit", UInt64(limit))
    }
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> [CoreLightningInvoice] {
    var invoices: [CoreLightningInvoice] = []
    for object in try result.objects("invoices") { invoices.append(try CoreLightningInvoice(object)) }
    switch selector {
    case .paymentHash(let hash):
      guard invoices.allSatisfy({ $0.paymentHash == hash }) else { throw .otherInvoice }
    case .label(let label):
      guard invoices.allSatisfy({ $0.label == label }) else { throw .otherInvoice }
    case .all, .offer, .page: break
    }
    return invoices
  }
}
