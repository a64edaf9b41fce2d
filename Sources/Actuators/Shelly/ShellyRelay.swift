import Primitives

/// A Shelly's switches as relays with an off-timer.
struct ShellyRelay: TimedRelay {
  let rpc: ShellyRPC

  func look(at output: UInt8, withinMS: Int64) async -> RelayLook {
    switch await rpc.call("Shelly.GetStatus", [:], startWithinMS: withinMS, withinMS: withinMS) {
    case .result(let result): Self.state(result, output).map { .seen($0) } ?? .odd
    case .refused: .odd
    case .notAllowed: .notAllowed
    case .notOurs: .notOurs
    case .notSent, .unclear: .away
    }
  }

  func switchOn(_ output: UInt8, forMS: UInt64, startWithinMS: Int64) async -> RelayWord {
    let seconds = "\(forMS / 1_000).\(String(forMS % 1_000 + 1_000).dropFirst())"
    return await set(["id": .number(output), "on": true, "toggle_after": .number(seconds)], startWithinMS)
  }

  func switchOff(_ output: UInt8, startWithinMS: Int64) async -> RelayWord {
    await set(["id": .number(output), "on": false], startWithinMS)
  }

  /// A timer takes milliseconds; a day at most, so that no slip leaves an output on for good.
  func runMS(for ms: UInt64) -> UInt64? { (1...86_400_000).contains(ms) ? ms : nil }

  private func set(_ params: JSONValue, _ startWithinMS: Int64) async -> RelayWord {
    switch await rpc.call("Switch.Set", params, startWithinMS: startWithinMS, withinMS: 8_000) {
    case .result: .accepted
    case .refused: .refused
    case .notAllowed: .notAllowed
    // The look before told that it is ours: what another one did now cannot be told.
    case .notOurs, .unclear: .unclear
    case .notSent: .away
    }
  }

  /// The state of an output in the answer to `Shelly.GetStatus`; nil where it has no such output.
  static func state(_ status: JSONValue, _ output: UInt8) -> RelayState? {
    guard let part = status["switch:\(output)"], let isOn = part["output"]?.bool,
      let uptime = milliseconds(status["sys"]?["uptime"])
    else { return nil }
    var state = RelayState(isOn: isOn, uptimeMS: uptime)
    if let whole = milliseconds(part["timer_duration"]), let began = milliseconds(part["timer_started_at"]) {
      state.wholeMS = UInt64(whole)
      // By the device's own clock, whatever it shows.
      let passed = milliseconds(status["sys"]?["unixtime"]).map { $0 - began } ?? 0
      state.leftMS = UInt64(max(0, whole - max(0, passed)))
    }
    return state
  }

  /// Seconds with a point, as milliseconds; nil where it is no such number up to a thousand years.
  private static func milliseconds(_ json: JSONValue?) -> Int64? {
    guard let text = json?.number, let seconds = Double(text), seconds >= 0, seconds < 3e10 else { return nil }
    return Int64((seconds * 1_000).rounded())
  }
}
