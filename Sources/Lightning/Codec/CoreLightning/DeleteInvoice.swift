import Primitives

/// `delinvoice`: deletes an invoice that is in the state we think, or only its description.
package struct DeleteInvoice: CoreLightningCall {
  package let label: String
  /// What it must be just now, or the node refuses with `CoreLightningError.stateChanged`.
  package let status: CoreLightningInvoice.Status
  package let onlyDescription: Bool

  package init(label: String, status: CoreLightningInvoice.Status, onlyDescription: Bool = false) {
    self.label = label
    self.status = status
    self.onlyDescription = onlyDescription
  }

  package var request: CoreLightningRequest {
    CoreLightningRequest("delinvoice")
      .with("label", .string(label))
      .with("status", .string(status.rawValue))
      .with("desconly", onlyDescription ? true : nil)
  }

  /// The invoice as it was.
  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> CoreLightningInvoice {
    try CoreLightningInvoice(result)
  }
}
