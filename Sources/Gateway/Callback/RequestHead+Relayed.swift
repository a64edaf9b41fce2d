import Sockets

extension RequestHead {
  /// Whether a browser or a proxy had a hand in the request, by the headers that they add and a node never sends.
  ///
  /// A page in the operator's browser can post to loopback, and behind a proxy every stranger is 127.0.0.1.
  var isRelayed: Bool {
    hasHeader(named: RequestHead.relayingHeaders, orStartingWith: RequestHead.relayingPrefixes)
  }

  private static let relayingHeaders: [StaticString] = [
    "origin", "forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cdn-loop", "referer",
  ]
  private static let relayingPrefixes: [StaticString] = ["sec-fetch-", "x-forwarded-", "x-envoy-", "cf-"]

  /// Whether the body is announced as JSON, whatever parameters follow.
  var announcesJSON: Bool {
    guard count("content-type") == 1, let type = first("content-type") else { return false }
    if type == "application/json" { return true }
    let essence = type.prefix { $0 != ";" }.lowercased()
    return essence.trimmingBlanks == "application/json"
  }
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  var trimmingBlanks: SubSequence {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    let start = firstIndex { !isBlank($0) } ?? endIndex
    let end = lastIndex { !isBlank($0) }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
