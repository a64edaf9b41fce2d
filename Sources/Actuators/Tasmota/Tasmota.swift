public import Coinslot
public import Logging

/// A Tasmota device over its web interface; output 0 is `Power1`, and so on up to 7.
///
/// A run is `Power` with `PulseTime`, the device's own off-timer, which is set and read back first. Times are rounded up
/// to what the timer can do: tenths of a second up to 11.1 s, then seconds, up to 18 hours.
///
/// ## On failure
/// As `Shelly`: after a restart the timer that runs tells whether it is ours.
public struct Tasmota: Machine {
  private let machine: RelayMachine
  private let outputs: [UInt8]

  /// A device as it is set up.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(_ settings: TasmotaSettings, clock: any Clock, logger: Logger) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    let relay = TasmotaRelay(
      endpoint: try MachineURL.endpoint(settings.url, key: "url"),
      password: settings.password,
      mac: settings.mac.map(HardwareAddress.plain),
      http: OutgoingHTTP(rule: AddressRule(allowsPrivate: true))
    )
    machine = RelayMachine(relay, clock: clock, logger: logger)
    outputs = settings.outputs
  }

  /// Whether it answers and is the one that is meant.
  public func obstacle() async -> String? { await machine.obstacle(at: outputs.first ?? 0) }

  /// Switches the output on for the deed's time, or off.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    await machine.carryOut(deed, started: started)
  }
}
