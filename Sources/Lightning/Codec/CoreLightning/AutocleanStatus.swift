import Primitives

/// `autoclean-status`: whether the node deletes invoices by itself.
///
/// One that deletes paid invoices soon may do so before we have read them.
package struct AutocleanStatus: CoreLightningCall {
  package init() {}

  package var request: CoreLightningRequest { CoreLightningRequest("autoclean-status") }

  /// After how many seconds a paid invoice is deleted; nil where never.
  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> UInt64? {
    let all = try CoreLightningObject(try result["autoclean"].orMissing("autoclean"), "autoclean")
    let paid = try CoreLightningObject(try all["paidinvoices"].orMissing("paidinvoices"), "paidinvoices")
    guard try paid.flag("enabled").orMissing("enabled") else { return nil }
    return try paid.number("age").orMissing("age")
  }
}
