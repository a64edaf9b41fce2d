import NIOCore
import NIOHTTP1
import Primitives

// What the proxy, Tesla's servers behind it and its token endpoint answer.

extension ToyCar {
  func answer(_ request: ToyHTTPRequest, _ connection: ToyHTTPConnection) {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    if request.method == .GET, parts == ["health"] { return connection.reply(200, body: Array("OK".utf8)) }
    if request.method == .POST, parts == ["oauth2", "v3", "token"] { return token(request, connection) }
    guard parts.count >= 4, parts.prefix(3) == ["api", "1", "vehicles"] else {
      return say(404, error: "not_found", connection)
    }
    guard request.headers["Authorization"] == ["Bearer \(accessToken)"] else {
      return say(401, error: "invalid bearer token", connection)
    }
    guard parts[3].utf8.count == 17 else {
      return say(404, error: "expected 17-character VIN in path (do not user Fleet API ID)", connection)
    }
    guard parts[3] == options.vin else { return say(404, error: "not_found", connection) }
    switch (request.method, parts.dropFirst(4).map { $0 }) {
    case (.GET, []): later { $0.say(200, $0.vehicle, connection) }
    case (.POST, ["wake_up"]):
      count(asked: "wake_up")
      wake()
      later { $0.say(200, $0.vehicle, connection) }
    case (.POST, let path) where path.count == 2 && path[0] == "command": command(path[1], request, connection)
    default: say(404, error: "not_found", connection)
    }
  }

  private var vehicle: JSONValue {
    [
      "id": 100021, "vehicle_id": 99999, "vin": .string(options.vin), "display_name": "Toy",
      "state": .string(isAsleep ? "asleep" : "online"), "in_service": false, "api_version": 84,
    ]
  }

  private func command(_ name: String, _ request: ToyHTTPRequest, _ connection: ToyHTTPConnection) {
    count(asked: name)
    guard request.json?.object != nil else { return say(400, error: "invalid JSON body", connection) }
    guard Self.commands.contains(name) else {
      let error = name == "remote_boombox" ? "command not implemented" : "invalid_command"
      return say(400, error: error, connection)
    }
    let reply = nextReply()
    if reply == .done, isAsleep {
      return later { $0.say(500, error: "vehicle unavailable: vehicle is offline or asleep", connection) }
    }
    if reply == .done || reply.leavesItOpen && faults.isExecuted { execute(name) }
    later { $0.reply(reply, connection) }
  }

  private func reply(_ reply: TeslaFaults.Reply, _ connection: ToyHTTPConnection) {
    switch reply {
    case .done: say(200, ["result": true, "reason": ""], connection)
    case .refused:
      connection.reply(
        200,
        json: [
          "response": ["result": false, "reason": "car could not execute command"], "error": "",
          "error_description": "",
        ]
      )
    case .hang: break
    case .reset: connection.reset()
    case .garbage: connection.reply(200, body: Array("\u{1}garbage}{".utf8))
    case .unauthorized: say(401, error: "invalid bearer token", connection)
    case .forbidden:
      say(
        403,
        error: "Tesla Vehicle Command Protocol required, please refer to the documentation here",
        connection
      )
    case .timeout: say(408, error: "vehicle unavailable: vehicle is offline or asleep", connection)
    case .elsewhere:
      say(421, error: "user out of region, use base URL: https://fleet-api.prd.eu.vn.cloud.tesla.com", connection)
    case .unsigned: say(422, error: "vehicle does not support signed commands", connection)
    case .tooMany:
      say(429, error: "rate limited", connection, headers: [("Retry-After", String(faults.retryAfterS))])
    case .deadline: say(500, error: "context deadline exceeded", connection)
    case .unavailable: say(503, error: "", connection)
    case .gatewayTimeout: say(504, error: "", connection)
    }
  }

  private func say(_ status: Int, _ response: JSONValue, _ connection: ToyHTTPConnection) {
    connection.reply(status, json: ["response": response])
  }

  private func say(
    _ status: Int,
    error: String,
    _ connection: ToyHTTPConnection,
    headers: [(String, String)] = []
  ) {
    let body: JSONValue = ["response": .null, "error": .string(error), "error_description": ""]
    connection.reply(status, headers: headers, json: body)
  }

  private func later(_ act: @escaping (ToyCar) -> Void) {
    guard faults.lateMS > 0 else { return act(self) }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(faults.lateMS))) { [weak self] in self.map(act) }
  }
}

// MARK: Tokens

extension ToyCar {
  private func token(_ request: ToyHTTPRequest, _ connection: ToyHTTPConnection) {
    let form = request.form
    guard form["grant_type"] == "refresh_token", let token = form["refresh_token"], form["client_id"] != nil else {
      return connection.reply(400, json: ["error": "invalid_request", "error_description": "missing parameter"])
    }
    guard refresh(token) else {
      return connection.reply(
        401,
        json: ["error": "login_required", "error_description": "The refresh_token is invalid or was used before."]
      )
    }
    connection.reply(
      200,
      json: [
        "access_token": .string(accessToken), "refresh_token": .string(refreshToken), "id_token": "",
        "expires_in": .number(options.tokenLifeS), "token_type": "Bearer",
      ]
    )
  }
}

extension TeslaFaults.Reply {
  /// Whether the one who asked cannot know if it was carried out.
  var leavesItOpen: Bool {
    switch self {
    case .hang, .reset, .garbage, .deadline, .gatewayTimeout: true
    default: false
    }
  }
}
