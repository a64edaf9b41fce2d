/// A request to lightningd.
struct CoreRequest: Equatable, Sendable {
  /// As spelled, quotes and all: it is echoed.
  let id: RawJSON
  let method: String
  let params: RawJSON
  let filter: RawJSON?

  /// Why something is no request.
  struct Malformed: Error, Equatable {
    /// What is echoed: `null` where there was no usable one; a connection that has had such an answer hears no more.
    let id: RawJSON
    let message: String

    static let nobody = RawJSON.primitive(Array("null".utf8))
    var isDeafening: Bool { id == Malformed.nobody }
  }

  /// Reads one value that came over the socket; `spelling` is how it came.
  init(_ value: RawJSON, spelling: some Collection<UInt8>) throws(Malformed) {
    func refuse(_ message: String, id: RawJSON = Malformed.nobody) -> Malformed {
      Malformed(id: id, message: message)
    }
    guard let version = value["jsonrpc"] else {
      let text = String(decoding: spelling, as: UTF8.self)
      throw refuse("JSON-RPC message does not contain \"jsonrpc\" field: '\(text)'")
    }
    guard let id = value["id"] else { throw refuse("No id") }
    guard id.token != nil else { throw refuse("Expected string/integer for id") }
    guard version == "2.0" else { throw refuse("jsonrpc: \"2.0\" must be specified in the request") }
    guard let method = value["method"] else { throw refuse("No method", id: id) }
    guard let params = value["params"] else { throw refuse("No params", id: id) }
    let filter = value["filter"]
    if let filter, case .object = filter {
    } else if filter != nil {
      throw refuse("Expected object for filter", id: id)
    }
    guard case .string(let name) = method else { throw refuse("Expected string for method", id: id) }
    self.id = id
    self.method = String(decoding: name, as: UTF8.self)
    self.params = params
    self.filter = filter
  }
}
