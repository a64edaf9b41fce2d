package import Sockets

/// One request of ours to a machine.
package struct OutgoingRequest: Sendable {
  /// The method.
  package var method: Method
  /// Where to.
  package var endpoint: Endpoint
  /// Header fields; values hold no control characters.
  package var headers: [(name: String, value: String)]
  /// The body; none where empty and the method is GET.
  package var body: [UInt8]
  /// No byte of it leaves later than this many milliseconds from now.
  package var startWithinMS: Int64
  /// How long the answer may take in all, milliseconds.
  package var withinMS: Int64

  /// The methods that machines are asked with.
  package enum Method: String, Sendable { case get = "GET", post = "POST" }

  /// A request.
  package init(
    _ method: Method,
    _ endpoint: Endpoint,
    headers: [(name: String, value: String)] = [],
    body: [UInt8] = [],
    startWithinMS: Int64,
    withinMS: Int64 = 15_000
  ) {
    self.method = method
    self.endpoint = endpoint
    self.headers = headers
    self.body = body
    self.startWithinMS = startWithinMS
    self.withinMS = withinMS
  }

  /// A request with a body of JSON.
  package static func json(
    _ endpoint: Endpoint,
    _ body: [UInt8],
    headers: [(name: String, value: String)] = [],
    startWithinMS: Int64,
    withinMS: Int64 = 15_000
  ) -> OutgoingRequest {
    OutgoingRequest(
      .post,
      endpoint,
      headers: headers + [("content-type", "application/json")],
      body: body,
      startWithinMS: startWithinMS,
      withinMS: withinMS
    )
  }
}

/// What came back.
package struct OutgoingReply: Sendable {
  /// The status.
  package let status: Int
  /// Header fields, names in lower case.
  package let headers: [(name: String, value: String)]
  /// The body, up to `OutgoingHTTP.mostBytes`.
  package let body: [UInt8]
  /// Whether that is all of it: it was neither too long nor broken off.
  package let isWhole: Bool

  /// The value of the first field of that name, in lower case; nil without one.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// How long the other side asks us to wait, milliseconds; nil where it does not say so in seconds.
  package var retryAfterMS: Int64? {
    guard let text = header("retry-after"), (1...6).contains(text.utf8.count), let seconds = UInt32(text) else {
      return nil
    }
    return Int64(seconds) * 1_000
  }
}

/// Why there is no answer.
package enum OutgoingFailure: Error, Hashable, Sendable {
  /// Not a byte of the request left: it is proved that nothing happened.
  case notSent(String)
  /// It, or a part of it, left, and no answer came: what happened cannot be told.
  case mayHaveArrived(String)

  /// What was wrong, without the address.
  package var words: String {
    switch self {
    case .notSent(let words), .mayHaveArrived(let words): words
    }
  }
}
