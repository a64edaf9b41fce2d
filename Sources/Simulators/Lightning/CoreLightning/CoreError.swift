/// What lightningd answers instead of a result.
struct CoreError: Error, Equatable, Sendable {
  let code: Int
  let message: String
  let data: RawJSON?

  init(_ code: Int, _ message: String, data: RawJSON? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// A value of the wrong kind.
  static func wrongValue(_ name: String, _ complaint: String) -> CoreError {
    CoreError(-32602, "\(name): \(complaint): invalid token (see logs for details)")
  }

  static func badParameters(_ message: String) -> CoreError { CoreError(-32602, message) }

  var json: RawJSON {
    var members: [RawJSON.Member] = [.init("code", .number(code)), .init("message", .text(message))]
    if let data { members.append(.init("data", data)) }
    return .object(members)
  }
}
