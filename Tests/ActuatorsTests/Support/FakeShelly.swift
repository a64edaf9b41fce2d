import Primitives
import Synchronization

@testable import Actuators

/// A Shelly of the second generation: switches with timers of their own, and a password.
final class FakeShelly: Sendable {
  struct State {
    var play = MachineRig.Play.obeys
    /// Whether it still tells how it stands after it fell silent.
    var tellsAfterwards = false
    var id = "shellyplus1-a8032abe54dc"
    var password: String?
    var offAtMS: [Int: Int64] = [:]
    var startedAtMS: [Int: Int64] = [:]
    var wholeMS: [Int: Int64] = [:]
    var clicks = 0
    var hasFallenSilent = false
    var bootedAtMS: Int64
    var losesSets = 0
    /// Whether it starts anew when an order gets lost.
    var restartsThen = false
  }
  let state: Mutex<State>
  let clock: RealClock

  init(_ clock: RealClock) {
    self.clock = clock
    state = Mutex(State(bootedAtMS: clock.nowMS - 3_600_000))
  }

  var clicks: Int { state.withLock { $0.clicks } }

  func answer(_ ask: ScriptedServer.Ask) -> ScriptedServer.Reply {
    let nowMS = clock.nowMS
    return state.withLock { state in
      guard ask.path == "/rpc", let json = ask.json, let method = json["method"]?.string else { return .status(404) }
      if state.hasFallenSilent, !state.tellsAfterwards { return .hangUp }
      if let password = state.password, method != "Shelly.GetDeviceInfo" {
        let given = ask.header("authorization") ?? ""
        let chance = given.components(after: "cnonce=\"")
        let challenge = "Digest qop=\"auth\", realm=\"\(state.id)\", nonce=\"60dc2c69\", algorithm=SHA-256"
        let want = DigestAuth(challenge: challenge)?
          .answer(user: "admin", password: password, method: "POST", uri: "/rpc", chance: chance)
        guard given == want else { return .status(401, "", headers: [("WWW-Authenticate", challenge)]) }
      }
      func result(_ result: JSONValue) -> ScriptedServer.Reply {
        let frame: JSONValue = ["id": 1, "src": .string(state.id), "dst": "coinslot", "result": result]
        return .status(200, frame.text())
      }
      switch method {
      case "Shelly.GetDeviceInfo": return result(["id": .string(state.id), "gen": 2, "model": "SNSW-001X16EU"])
      case "Sys.GetStatus": return result(["uptime": 1])
      case "Shelly.GetStatus":
        var parts: [JSONValue.Member] = [
          .init("sys", ["uptime": .number((nowMS - state.bootedAtMS) / 1_000), "unixtime": .number(nowMS / 1_000)])
        ]
        for output in 0..<2 {
          let isOn = (state.offAtMS[output] ?? 0) > nowMS
          var members: [JSONValue.Member] = [.init("id", .number(output)), .init("output", .bool(isOn))]
          if isOn {
            members.append(.init("timer_started_at", Self.seconds(state.startedAtMS[output] ?? 0)))
            members.append(.init("timer_duration", Self.seconds(state.wholeMS[output] ?? 0)))
          }
          parts.append(.init("switch:\(output)", .object(members)))
        }
        return result(.object(parts))
      case "Switch.Set":
        guard let output = json["params"]?["id"]?.int, output < 2, let on = json["params"]?["on"]?.bool else {
          return .status(500, "{\"code\":-103,\"message\":\"Invalid argument 'id'!\"}")
        }
        if state.losesSets > 0 {
          state.losesSets -= 1
          if state.restartsThen { state.bootedAtMS = nowMS }
          return .hangUp
        }
        if state.play == .refuses {
          return .status(500, "{\"id\":1,\"src\":\"\(state.id)\",\"error\":{\"code\":-114,\"message\":\"no\"}}")
        }
        let wasOn = (state.offAtMS[output] ?? 0) > nowMS
        if on {
          let text = json["params"]?["toggle_after"]?.number ?? "0"
          let ms = Int64((Double(text) ?? 0) * 1_000)
          if !wasOn { state.clicks += 1 }
          state.startedAtMS[output] = nowMS
          state.wholeMS[output] = ms
          state.offAtMS[output] = nowMS + ms
        } else {
          state.offAtMS[output] = 0
        }
        if state.play == .obeysAndFallsSilent {
          state.hasFallenSilent = true
          return .hangUp
        }
        return result(["was_on": .bool(wasOn)])
      default: return .status(404, "{\"code\":404}")
      }
    }
  }

  private static func seconds(_ ms: Int64) -> JSONValue {
    .number("\(ms / 1_000).\(String(ms % 1_000 + 1_000).dropFirst())")
  }
}

extension String {
  /// What stands between a mark and the next quotation mark.
  func components(after mark: String) -> String {
    guard let range = firstRange(of: mark) else { return "" }
    return String(self[range.upperBound...].prefix { $0 != "\"" })
  }
}
