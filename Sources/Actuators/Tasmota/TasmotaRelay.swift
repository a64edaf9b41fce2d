import Primitives
import Sockets

/// A Tasmota's relays, with `PulseTime` as their off-timer.
///
/// The timer is set and read back before the relay is switched on: two orders rather than a `Backlog`, which answers
/// before it has done anything.
struct TasmotaRelay: TimedRelay {
  let endpoint: Endpoint
  let password: String?
  /// The device's hardware address, twelve hexadecimal digits in capitals; nil: whoever answers is believed.
  let mac: String?
  let http: OutgoingHTTP

  enum Answer {
    case json(JSONValue)
    case notAllowed
    case refused
    case notSent
    case unclear
  }

  func look(at output: UInt8, withinMS: Int64) async -> RelayLook {
    guard output < 8 else { return .odd }
    let begin = ContinuousClock.now
    func left() -> Int64 { withinMS - Int64((ContinuousClock.now - begin) / .milliseconds(1)) }
    func ask(_ command: String) async -> Result<JSONValue, Failed> {
      switch await self.ask(command, startWithinMS: left(), withinMS: left()) {
      case .json(let json): .success(json)
      case .notAllowed: .failure(Failed(look: .notAllowed))
      case .refused: .failure(Failed(look: .odd))
      case .notSent, .unclear: .failure(Failed(look: .away))
      }
    }
    do {
      if let mac {
        let found = try await ask("Status 5").get()["StatusNET"]?["Mac"]?.string ?? ""
        guard HardwareAddress.plain(found) == mac else { return .notOurs }
      }
      let state = try await ask("Status 11").get()["StatusSTS"]
      guard let uptime = state?["UptimeSec"]?.int64, let isOn = Self.isOn(state, output) else { return .odd }
      let timer = try await ask("PulseTime\(output + 1)").get()["PulseTime\(output + 1)"]
      guard let set = timer?["Set"]?.int, let left = timer?["Remaining"]?.int else { return .odd }
      var seen = RelayState(isOn: isOn, uptimeMS: uptime.multipliedReportingOverflow(by: 1_000).partialValue)
      if isOn, left > 0 {
        seen.leftMS = PulseTime.milliseconds(left)
        seen.wholeMS = PulseTime.milliseconds(set)
      }
      return .seen(seen)
    } catch { return error.look }
  }

  private struct Failed: Error { let look: RelayLook }

  func switchOn(_ output: UInt8, forMS: UInt64, startWithinMS: Int64) async -> RelayWord {
    guard let value = PulseTime.value(forMS: forMS) else { return .refused }
    let begin = ContinuousClock.now
    switch await ask("PulseTime\(output + 1) \(value)", startWithinMS: startWithinMS, withinMS: 5_000) {
    case .json(let json):
      // Without its timer the output would stay on for good.
      guard json["PulseTime\(output + 1)"]?["Set"]?.int == value else { return .refused }
    case .notAllowed: return .notAllowed
    case .refused: return .refused
    case .notSent: return .away
    // A timer alone switches nothing on, but where the relay is on it has begun anew.
    case .unclear: return .unclear
    }
    return await power(output, "ON", startWithinMS - Int64((ContinuousClock.now - begin) / .milliseconds(1)))
  }

  func switchOff(_ output: UInt8, startWithinMS: Int64) async -> RelayWord { await power(output, "OFF", startWithinMS) }

  /// As long as the timer can be set, at least as long as was paid.
  func runMS(for ms: UInt64) -> UInt64? { PulseTime.value(forMS: ms).map(PulseTime.milliseconds) }

  private func power(_ output: UInt8, _ word: String, _ startWithinMS: Int64) async -> RelayWord {
    switch await ask("Power\(output + 1) \(word)", startWithinMS: startWithinMS, withinMS: 8_000) {
    case .json(let json): Self.isOn(json, output) == (word == "ON") ? .accepted : .unclear
    case .notAllowed: .notAllowed
    case .refused: .refused
    case .notSent: .away
    case .unclear: .unclear
    }
  }

  /// Whether an answer shows the output on; a single relay has no number in its name.
  private static func isOn(_ json: JSONValue?, _ output: UInt8) -> Bool? {
    switch (json?["POWER\(output + 1)"] ?? (output == 0 ? json?["POWER"] : nil))?.string {
    case "ON": true
    case "OFF": false
    default: nil
    }
  }

  private func ask(_ command: String, startWithinMS: Int64, withinMS: Int64) async -> Answer {
    // The password goes with the address, and the address into no log.
    let login = password.map { "user=admin&password=\(PercentText.encode($0))&" } ?? ""
    guard let target = try? MachineURL.at("/cm?\(login)cmnd=\(PercentText.encode(command))", of: endpoint) else {
      return .notSent
    }
    let request = OutgoingRequest(.get, target, startWithinMS: startWithinMS, withinMS: withinMS)
    let reply: OutgoingReply
    do throws(OutgoingFailure) { reply = try await http.ask(request) } catch {
      if case .notSent = error { return .notSent }
      return .unclear
    }
    if reply.status == 401 { return .notAllowed }
    guard reply.status == 200 else { return (300..<500).contains(reply.status) ? .refused : .unclear }
    guard reply.isWhole, let json = try? JSONValue(parsing: reply.body) else { return .unclear }
    if let warning = json["WARNING"]?.string { return warning.contains("password") ? .notAllowed : .refused }
    if json["Command"]?.string == "Unknown" || json["Command"]?.string == "Error" { return .refused }
    return .json(json)
  }
}
