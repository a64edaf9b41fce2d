import Primitives

/// A second look at the node's invoices, past the order of payments.
///
/// It finds what a cursor cannot: payments whose record of ours is missing, and invoices that were changed since.
package struct CoreLightningReconciliation: Hashable, Sendable {
  /// Invoices that changed, in the order of their changes; all of the node's where `isWhole`.
  package let invoices: [NodeInvoice]
  /// From where to go on; what it was where `isWhole`.
  package let updatedIndex: UInt64
  /// Whether this is all that the node has, since its version (before 23.08) cannot tell what changed.
  package let isWhole: Bool
  /// Whether more has changed than fits.
  package let hasMore: Bool
}

extension CoreLightningNode {
  /// How long a list of all invoices may take, seconds.
  static let wholeListSeconds = 60

  /// The most invoices of one page.
  static let pageLimit = 1_000

  /// Invoices that changed after the change numbered `updatedIndex`; 0: all that ever changed.
  ///
  /// At most `most`, never over 1,000. An old node gives all it has, up to 16 MiB of text. Siblings of an offer for one
  /// payment expire without a change: not to be seen here, and no payment.
  package func changed(
    since updatedIndex: UInt64,
    most: Int
  ) async throws(NodeFailure) -> CoreLightningReconciliation {
    guard updatedIndex < WaitAnyInvoice.cursorLimit else {
      throw .unsupported("a change numbered \(updatedIndex): the node counts to 2^63 - 1")
    }
    let limit = min(max(most, 1), Self.pageLimit)
    do throws(CoreLightningFailure) {
      let invoices = try await transport.ask(
        ListInvoices(.page(.updated, start: updatedIndex + 1, limit: UInt32(limit)))
      )
      return CoreLightningReconciliation(
        invoices: invoices.map(\.node),
        updatedIndex: invoices.compactMap(\.updatedIndex).max() ?? updatedIndex,
        isWhole: false,
        hasMore: invoices.count >= limit
      )
    } catch {
      guard error.code == CoreLightningError.badParameters else { throw error.asNodeFailure }
    }
    do throws(CoreLightningFailure) {
      let invoices = try await transport.ask(ListInvoices(.all), within: Self.wholeListSeconds, isWait: false)
      return CoreLightningReconciliation(
        invoices: invoices.map(\.node),
        updatedIndex: updatedIndex,
        isWhole: true,
        hasMore: false
      )
    } catch {
      throw error.asNodeFailure
    }
  }
}
