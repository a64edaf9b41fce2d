package import Primitives

/// A node's refusal of a call.
package struct CoreLightningError: Error, Sendable {
  /// What kind it is.
  package let code: Int64
  /// The node's words: hostile text, since it repeats what it was sent.
  package let message: String
  /// More about it, where there is more.
  package let data: JSONValue?

  package init(code: Int64, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// Reads the member `error` of an answer, or a whole answer of clnrest.
  package init(_ value: JSONValue) throws(CoreLightningRefusal) {
    let object = try CoreLightningObject(value, "error")
    guard let code = try object["code"].orMissing("code").int64 else { throw .wrongType("code") }
    self.init(code: code, message: try object.text("message") ?? "", data: object["data"])
  }

  /// The node's words on one line, at most 200 characters.
  package var words: String { "\(NodeWords.clean(message)) (code \(code))" }
}

/// The codes we tell apart.
extension CoreLightningError {
  /// The request is no request; comes with `id` null, and the node then reads that connection no more.
  package static let invalidRequest: Int64 = -32600
  package static let unknownMethod: Int64 = -32601
  /// A parameter is wrong or unknown to this version.
  package static let badParameters: Int64 = -32602
  /// An invoice with this label exists.
  package static let labelExists: Int64 = 900
  package static let preimageUsed: Int64 = 901
  package static let noUsableHint: Int64 = 902
  /// The invoice expired while we waited; `data` holds it.
  package static let expired: Int64 = 903
  /// Nothing was paid in the time given: the normal end of a wait.
  package static let timedOut: Int64 = 904
  package static let unknownInvoice: Int64 = 905
  /// The invoice is in another state than the one to be deleted.
  package static let stateChanged: Int64 = 906
  /// The description was removed before.
  package static let noDescription: Int64 = 908
  /// No rune, one of another node, or an altered one.
  package static let runeNotOurs: Int64 = 1501
  /// The rune does not permit this.
  package static let runeForbids: Int64 = 1502
  /// The rune was revoked.
  package static let runeRevoked: Int64 = 1503
}
