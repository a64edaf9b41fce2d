import Primitives

/// What becomes of a message of phoenixd's webhook: checked, read again at its source, recorded.
///
/// ## On failure
/// phoenixd sends a message once and does not look at the answer; what is lost here is found by the cursor.
package struct PhoenixdHook: Sendable {
  private let node: PhoenixdNode
  private let secretFile: String

  /// Messages of a node, signed with `webhook-secret` of its phoenix.conf, which the file holds.
  package init(_ node: PhoenixdNode, secretFile: String) {
    self.node = node
    self.secretFile = secretFile
  }

  /// Handles a message: its header `X-Phoenix-Signature`, nil where there was none, and its body as it came.
  ///
  /// `record` records a paid invoice, also where it was recorded before; it throws where it could not. Gives the HTTP
  /// status to answer.
  package func receive(
    signature: String?,
    body: [UInt8],
    record: (NodeInvoice) async throws -> Void
  ) async -> Int {
    guard body.count <= PhoenixdNotice.maxBytes else { return 413 }
    guard let secret = try? NodeFile.readSecretText(secretFile) else { return 503 }
    guard PhoenixdNotice.isValid(signature, body: body, secret: Array(secret.utf8)) else { return 401 }
    do throws(PhoenixdRefusal) {
      guard let notice = try PhoenixdNotice(decoding: body) else { return 200 }
      return await look(notice, record)
    } catch {
      return 400
    }
  }

  private func look(_ notice: PhoenixdNotice, _ record: (NodeInvoice) async throws -> Void) async -> Int {
    do {
      guard let invoice = try await node.invoice(paying: notice.hash), invoice.state == .paid else { return 200 }
      try await record(invoice)
      return 200
    } catch {
      return 503
    }
  }
}
