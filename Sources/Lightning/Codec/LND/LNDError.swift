package import Primitives

/// What LND says where it does not do what we asked.
package struct LNDError: Hashable, Sendable {
  /// A gRPC status code; 2, unknown, for most errors of LND's own.
  package let code: UInt64
  package let message: String

  package init(code: UInt64, message: String) {
    self.code = code
    self.message = message
  }

  /// Reads the object of an error in any of the shapes that nodes have used.
  package init(_ value: JSONValue) {
    code = LNDValue.uint64(value["code"]) ?? LNDValue.uint64(value["grpc_code"]) ?? 2
    message = NodeWords.clean(value["message"]?.string ?? value["error"]?.string ?? value.string ?? "")
  }

  /// Reads the body of an answer with another status than 200; what is no JSON stands for itself.
  package init(body: [UInt8]) {
    if let value = try? JSONValue(parsing: body), value.object != nil {
      // A stream that fails at once answers the line of a stream.
      self.init(value["error"].flatMap { $0.object == nil ? nil : $0 } ?? value)
    } else {
      self.init(code: 2, message: NodeWords.clean(body))
    }
  }

  /// What is behind it.
  package enum Kind: Hashable, Sendable {
    /// There is no invoice with that hash.
    case unknownInvoice
    /// There is one already.
    case invoiceExists
    /// The key does not allow it, or is none.
    case notAllowed
    /// Locked, starting or stopping.
    case notReady
    /// No such call in this node.
    case unknownCall
    /// It does not take what we ask for.
    case badRequest
    /// Anything else.
    case other
  }

  /// What is behind it; LND tells most of its errors apart by their words alone.
  package var kind: Kind {
    let words = message.lowercased()
    func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
    if says("unable to locate invoice", "there are no existing invoices") { return .unknownInvoice }
    if says("payment hash already exists") { return .invoiceExists }
    if says("permission denied", "macaroon", "verification failed") || code == 7 || code == 16 { return .notAllowed }
    if says("wallet locked", "wallet is encrypted", "waiting to start", "process of starting", "shutting down") {
      return .notReady
    }
    switch code {
    case 12: return .unknownCall
    case 5 where says("not found"): return .unknownCall
    case 3, 9, 11: return .badRequest
    default: return .other
    }
  }
}
