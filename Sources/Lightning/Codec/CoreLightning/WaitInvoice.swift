import Primitives

/// `waitinvoice`: one invoice, once it is paid.
///
/// It has no time limit of its own, so it is only for an invoice that expires soon: then it ends with
/// `CoreLightningError.expired`, whose data is the invoice.
package struct WaitInvoice: CoreLightningCall {
  package let label: String

  package init(label: String) { self.label = label }

  package var request: CoreLightningRequest { CoreLightningRequest("waitinvoice").with("label", .string(label)) }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> CoreLightningInvoice {
    try CoreLightningInvoice(result)
  }
}
