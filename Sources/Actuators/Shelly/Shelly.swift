public import Coinslot
public import Logging
import Primitives

/// A Shelly of the second generation or later (Plus, Pro, Gen3, Gen4); outputs are its switches.
///
/// A run is `Switch.Set` with `toggle_after`, so the device ends it by itself. It is asked how it stands before, and
/// after an answer that got lost: its timer tells whether the order arrived.
///
/// ## On failure
/// Nothing is kept here: after a restart the timer that runs tells whether it is ours. Where none runs any more nobody
/// can tell, and a deed that must not be done twice ends as unknown.
public struct Shelly: Machine {
  private let machine: RelayMachine
  private let rpc: ShellyRPC

  /// A device as it is set up.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(_ settings: ShellySettings, clock: any Clock, logger: Logger) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    let base = try MachineURL.endpoint(settings.url, key: "url")
    rpc = ShellyRPC(
      endpoint: try MachineURL.at("/rpc", of: base),
      password: settings.password,
      deviceID: settings.deviceID,
      http: OutgoingHTTP(rule: AddressRule(allowsPrivate: true))
    )
    machine = RelayMachine(ShellyRelay(rpc: rpc), clock: clock, logger: logger)
  }

  /// Whether it answers, is the one that is meant, and speaks the language of its generation.
  public func obstacle() async -> String? {
    let begin = ContinuousClock.now
    func left() -> Int64 { max(0, 2_000 - Int64((ContinuousClock.now - begin) / .milliseconds(1))) }
    switch await rpc.call("Shelly.GetDeviceInfo", [:], startWithinMS: 2_000, withinMS: 2_000) {
    case .result(let info):
      if let id = rpc.deviceID, info["id"]?.string?.lowercased() != id.lowercased() {
        return "another device answers at the Shelly's address"
      }
      guard (info["gen"]?.int ?? 0) >= 2 else { return "the device is no Shelly of the second generation or later" }
      // Who it is, it tells everybody; how it is, only who knows the password.
      if case .notAllowed = await rpc.call("Sys.GetStatus", [:], startWithinMS: left(), withinMS: left()) { break }
      return nil
    case .notOurs: return "another device answers at the Shelly's address"
    case .notAllowed: break
    case .refused: return "what answers at the Shelly's address is none"
    case .notSent, .unclear: return "the Shelly does not answer"
    }
    return "the Shelly does not accept the password"
  }

  /// Switches the output on for the deed's time, or off.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    await machine.carryOut(deed, started: started)
  }
}
