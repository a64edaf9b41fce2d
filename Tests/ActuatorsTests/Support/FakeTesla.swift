import Coinslot
import Primitives
import Synchronization

@testable import Actuators

/// A car behind a signing proxy, and the login service: counts what the car did.
final class FakeTesla: Sendable {
  struct State {
    var done: [String] = []
    var isAsleep = false
    var looksUntilAwake = 1
    var good: Set<String> = ["token-1"]
    var refresh = "refresh-1"
    var renewals = 0
    /// What comes instead of obeying, first to last; the last stays.
    var replies: [ScriptedServer.Reply] = []
    var obeysFirst = false
    var authReply: ScriptedServer.Reply?
    /// Commands that answer so whatever else is said.
    var special: [String: ScriptedServer.Reply] = [:]
  }
  let state = Mutex(State())

  static let yes = "{\"response\":{\"result\":true,\"reason\":\"\"}}"
  static let sleeping =
    "{\"response\":null,\"error\":\"vehicle unavailable: vehicle is offline or asleep\",\"error_description\":\"\"}"
  static let vin = "5YJ3E1EA7KF000001"

  var done: [String] { state.withLock { $0.done } }
  func count(_ command: String) -> Int { done.count { $0 == command } }

  func answer(_ ask: ScriptedServer.Ask) -> ScriptedServer.Reply {
    state.withLock { state in
      if ask.path == "/token" {
        if let reply = state.authReply { return reply }
        guard String(decoding: ask.body, as: UTF8.self).contains("refresh_token=\(state.refresh)") else {
          return .status(401, "{\"error\":\"login_required\"}")
        }
        state.renewals += 1
        state.refresh = "refresh-\(state.renewals + 1)"
        state.good = ["token-\(state.renewals + 1)"]
        return .status(
          200,
          "{\"access_token\":\"token-\(state.renewals + 1)\",\"refresh_token\":\"\(state.refresh)\",\"expires_in\":28800}"
        )
      }
      guard let token = ask.header("authorization")?.dropFirst(7), state.good.contains(String(token)) else {
        return .status(401)
      }
      let base = "/api/1/vehicles/\(Self.vin)"
      guard ask.path.hasPrefix(base) else { return .status(404) }
      let name = String(ask.path.dropFirst(base.count))
      if name == "/wake_up" { return .status(200, "{\"response\":{\"state\":\"asleep\"}}") }
      if name.isEmpty {
        state.looksUntilAwake -= 1
        if state.looksUntilAwake <= 0 { state.isAsleep = false }
        return .status(200, "{\"response\":{\"state\":\"\(state.isAsleep ? "asleep" : "online")\"}}")
      }
      if state.isAsleep { return .status(500, Self.sleeping) }
      let command = String(name.dropFirst("/command/".count))
      if let reply = state.special[command] { return reply }
      if !state.replies.isEmpty {
        if state.obeysFirst { state.done.append(command) }
        return state.replies.count > 1 ? state.replies.removeFirst() : state.replies[0]
      }
      state.done.append(command)
      return .status(200, Self.yes)
    }
  }
}

/// Tokens in memory that can fail to be stored.
actor MemoryTokens: TeslaTokenStore {
  struct Full: Error {}
  var tokens: TeslaTokens?
  var isFull = false
  private(set) var writes = 0

  init(_ tokens: TeslaTokens?) { self.tokens = tokens }
  func read() -> TeslaTokens? { tokens }
  func write(_ tokens: TeslaTokens) throws {
    guard !isFull else { throw Full() }
    writes += 1
    self.tokens = tokens
  }
  func set(full: Bool) { isFull = full }
}

/// Drives in memory that outlive a car.
actor MemoryDrives: TeslaDriveStore {
  struct Full: Error {}
  private var kept: [TeslaDrive] = []
  var isFull = false
  func drives() -> [TeslaDrive] { kept }
  func keep(_ drive: TeslaDrive) throws {
    guard !isFull else { throw Full() }
    kept.removeAll { $0.deed == drive.deed }
    kept.append(drive)
  }
  func remove(_ deed: DispatchID) { kept.removeAll { $0.deed == deed } }
  func set(full: Bool) { isFull = full }
}
