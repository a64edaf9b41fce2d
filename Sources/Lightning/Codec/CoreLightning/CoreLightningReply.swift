package import Primitives

/// One message of a node on its socket.
package enum CoreLightningReply: Sendable {
  /// The answer to the request with this id.
  case answer(id: String, CoreLightningOutcome)
  /// The node could not read what it was sent and says so without an id: it reads this connection no more.
  case unreadable(CoreLightningError)
  /// Something that answers nothing: to be skipped.
  case notification(method: String)

  /// Reads one message; bytes that are no UTF-8 become U+FFFD.
  ///
  /// The words of an error repeat the bytes at fault, so they can be anything.
  package init(decoding bytes: [UInt8]) throws(CoreLightningRefusal) {
    let object = try CoreLightningObject(try CoreLightningReply.json(bytes), "answer")
    guard let id = object["id"] else {
      if let error = object["error"] {
        self = .unreadable(try CoreLightningError(error))
      } else if let method = try object.text("method") {
        self = .notification(method: method)
      } else {
        throw .missing("id")
      }
      return
    }
    guard let id = id.string ?? id.number else { throw .wrongType("id") }
    self = .answer(id: id, try CoreLightningOutcome(object))
  }

  /// Reads JSON leniently in what may be wrong with its characters, strictly in all else.
  package static func json(_ bytes: [UInt8]) throws(CoreLightningRefusal) -> JSONValue {
    do throws(JSONRefusal) {
      return try JSONValue(parsing: bytes, maxDepth: 64)
    } catch {
      guard error.reason == .badUTF8 else { throw CoreLightningRefusal(error) }
    }
    let repaired = UTF8Form.repaired(bytes.span)
    do { return try JSONValue(parsing: repaired, maxDepth: 64) } catch { throw CoreLightningRefusal(error) }
  }
}

/// How a call ended at the node.
package enum CoreLightningOutcome: Sendable {
  case result(CoreLightningObject)
  case error(CoreLightningError)

  /// From a whole answer.
  init(_ answer: CoreLightningObject) throws(CoreLightningRefusal) {
    if let error = answer["error"] {
      self = .error(try CoreLightningError(error))
    } else if let result = answer["result"] {
      self = .result(try CoreLightningObject(result, "result"))
    } else {
      throw .noAnswer
    }
  }
}
