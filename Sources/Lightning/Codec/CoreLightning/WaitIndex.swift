import Primitives

/// `wait` for the node's invoices: the number of creations, changes or deletions, once it reaches a value.
///
/// It has no time limit of its own; with a value that is reached already, such as 0, it answers at once.
package struct WaitIndex: CoreLightningCall {
  package enum Index: String, Hashable, Sendable { case created, updated, deleted }

  package let index: Index
  package let value: UInt64

  package init(_ index: Index, reaches value: UInt64) {
    self.index = index
    self.value = value
  }

  package var request: CoreLightningRequest {
    CoreLightningRequest("wait")
      .with("subsystem", "invoices")
      .with("indexname", .string(index.rawValue))
      .with("nextvalue", value)
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> IndexReached {
    // `details` until 25.05.
    let details = result["invoices"] ?? result["details"]
    let object = try details.map { (value) throws(CoreLightningRefusal) in try CoreLightningObject(value, "invoices") }
    var status: CoreLightningInvoice.Status?
    if let word = try object?.text("status") {
      guard let known = CoreLightningInvoice.Status(rawValue: word) else { throw .unknownWord("status") }
      status = known
    }
    return IndexReached(
      value: try result.number(index.rawValue).orMissing(index.rawValue),
      label: try object?.text("label"),
      status: status
    )
  }
}

/// What a count has reached.
package struct IndexReached: Hashable, Sendable {
  package let value: UInt64
  /// The invoice that made it so; nil where the value was reached already, and for those that expire.
  package let label: String?
  package let status: CoreLightningInvoice.Status?
}
