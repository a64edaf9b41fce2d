package import Primitives

/// A Core Lightning node, over its socket or clnrest.
package struct CoreLightningNode: LightningNode {
  /// How much longer than the node's own time limit an answer to a wait may take, seconds.
  static let waitSlackSeconds = 10
  /// The longest wait, seconds.
  static let longestWait = 60

  package let transport: any CoreLightningTransport

  package init(_ transport: any CoreLightningTransport) { self.transport = transport }

  /// Who the node is; a warning that it is loading blocks is normal after a start, and so is a height that goes back.
  package func facts() async throws(NodeFailure) -> NodeFacts { try await ask(GetInfo()) }

  /// The invoice with this payment hash, paid or not.
  ///
  /// A node whose data went back does not know invoices it once told of: ask for the last recorded payment after each
  /// reconnect, since nothing else shows it once the counter of payments has passed the cursor.
  package func invoice(paying hash: Bytes32) async throws(NodeFailure) -> NodeInvoice? {
    try await ask(ListInvoices(.paymentHash(hash))).first?.node
  }

  /// Asks, and sorts a refusal by who must act.
  func ask<Call: CoreLightningCall>(_ call: Call) async throws(NodeFailure) -> Call.Answer {
    do throws(CoreLightningFailure) {
      return try await transport.ask(call)
    } catch {
      throw error.asNodeFailure
    }
  }
}
