/// `waitanyinvoice`: the first paid invoice after a cursor.
///
/// Without one, the node waits, and then tells of the NEXT payment whatever its index: after its data went back to an
/// older state that is one at or before the cursor. Whoever asks compares.
package struct WaitAnyInvoice: CoreLightningCall {
  /// The largest cursor; a larger one turns negative inside the node and begins with the first payment ever made.
  package static let cursorLimit = UInt64(Int64.max)

  package let cursor: UInt64
  /// How long the node waits, seconds; 0: not at all.
  ///
  /// Without it a waiter would stay in the node for ever.
  package let seconds: UInt64

  /// The first payment after `cursor`, which is at most `cursorLimit`.
  package init(cursor: UInt64, seconds: UInt64) {
    precondition(cursor <= Self.cursorLimit)
    self.cursor = cursor
    self.seconds = seconds
  }

  package var request: CoreLightningRequest {
    CoreLightningRequest("waitanyinvoice").with("lastpay_index", cursor).with("timeout", seconds)
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> CoreLightningInvoice {
    let invoice = try CoreLightningInvoice(result)
    guard invoice.status == .paid else { throw .unknownWord("status") }
    return invoice
  }
}
