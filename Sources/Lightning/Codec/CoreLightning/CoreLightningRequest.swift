package import Primitives

/// One call of a method of Core Lightning, as JSON-RPC 2.0 over its socket or as the body for clnrest.
///
/// The node reads JSON in its own way, and this writes only what it reads rightly: `/` as it is and every letter as
/// itself, since it compares labels in their escaped spelling and refuses `\u` elsewhere; parameters by name, never
/// `null`; amounts and other numbers as whole numbers without quotes.
package struct CoreLightningRequest: Sendable {
  /// The method's name.
  package let method: String
  private var params: [JSONValue.Member] = []

  /// A call without parameters.
  package init(_ method: String) { self.method = method }

  /// The same with one parameter more; without it where there is no value, since `null` is refused.
  package func with(_ name: String, _ value: JSONValue?) -> CoreLightningRequest {
    guard let value else { return self }
    var copy = self
    copy.params.append(.init(name, value))
    return copy
  }

  /// The same with a whole number more.
  package func with(_ name: String, _ value: UInt64?) -> CoreLightningRequest {
    with(name, value.map { JSONValue.number($0) })
  }

  /// The parameters as an object: what clnrest takes as a body.
  package var body: [UInt8] { JSONValue.object(params).bytes() }

  /// The bytes for the socket; `id` comes back with the answer.
  package func bytes(id: String) -> [UInt8] {
    let members: [JSONValue.Member] = [
      .init("jsonrpc", "2.0"), .init("id", .string(id)), .init("method", .string(method)),
      .init("params", .object(params)),
    ]
    return JSONValue.object(members).bytes()
  }
}
