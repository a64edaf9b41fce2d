import Cryptography
import Primitives
import Sockets

/// Questions to a Shelly of the second generation or later: JSON-RPC over HTTP, with its password where one is set.
struct ShellyRPC: Sendable {
  let endpoint: Endpoint
  let password: String?
  let deviceID: String?
  let http: OutgoingHTTP

  /// What came back.
  enum Answer {
    case result(JSONValue)
    /// It said no; nothing was done.
    case refused
    case notAllowed
    /// Another device answers, or one that cannot be told apart from another.
    case notOurs
    case notSent
    case unclear
  }

  /// Calls a method.
  func call(_ method: String, _ params: JSONValue, startWithinMS: Int64, withinMS: Int64) async -> Answer {
    let frame: JSONValue = ["id": 1, "src": "coinslot", "method": .string(method), "params": params]
    var request = OutgoingRequest.json(
      endpoint,
      Array(frame.text().utf8),
      startWithinMS: startWithinMS,
      withinMS: withinMS
    )
    let begin = ContinuousClock.now
    do throws(OutgoingFailure) {
      var reply = try await http.ask(request)
      // A rejected question was not looked at.
      if reply.status == 401, let password,
        let challenge = DigestAuth(challenge: reply.header("www-authenticate") ?? "")
      {
        request.startWithinMS -= Int64((ContinuousClock.now - begin) / .milliseconds(1))
        request.headers.append(
          (
            "authorization",
            challenge.answer(
              user: "admin",
              password: password,
              method: "POST",
              uri: endpoint.target,
              chance: Hex.encode(SystemEntropy().bytes(8))
            )
          )
        )
        reply = try await http.ask(request)
      }
      return answer(reply)
    } catch {
      if case .notSent = error { return .notSent }
      return .unclear
    }
  }

  private func answer(_ reply: OutgoingReply) -> Answer {
    if reply.status == 401 { return .notAllowed }
    guard reply.isWhole, let json = try? JSONValue(parsing: reply.body) else {
      return (400..<500).contains(reply.status) ? .refused : .unclear
    }
    if let deviceID, json["src"]?.string?.lowercased() != deviceID.lowercased() { return .notOurs }
    if let result = json["result"], reply.status == 200 { return .result(result) }
    // An error with a code is the device's own word; anything else may be somebody's in between.
    if json["error"]?["code"]?.int != nil || json["code"]?.int != nil { return .refused }
    return .unclear
  }
}
