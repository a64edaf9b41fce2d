package import Actuators
package import Coinslot
package import Gateway
package import Logging

/// The machines that we give orders to, as a configuration sets them up, and what runs beside them.
///
/// Those on the device link are not among them. Boards of bitcoinSwitch are, although they dial in: they keep no numbers.
///
/// ## On failure
/// Nothing is kept here. Cars' drives that have not ended are in a file of the data folder; `run()` ends them.
package struct MachineShop: Sendable {
  /// The machines by name.
  package let machines: [DeviceID: any Machine]
  /// Those of them that dial in, for the door they do it at.
  package let switches: [BitcoinSwitch]
  private let broker: MQTTBroker?
  private let cars: [TeslaCar]

  /// The machines of a configuration; nothing is asked yet.
  ///
  /// - Throws: `MachineMistake`; what was read from a file is never refused.
  package init(_ config: Config, clock: any Clock, log: Logger) throws(MachineMistake) {
    let links = config.devices.map { ($0.id, $0.link) }
    // Nothing is connected to a broker that no machine is behind.
    let hasMQTT = links.contains { if case .mqtt = $0.1 { true } else { false } }
    let broker = hasMQTT ? try Self.broker(config.broker, clock, log) : nil
    let keyring = try Self.keyring(config.tesla, clock, log)
    let drives = TeslaDriveFile("\(config.server.data)/tesla-drives.json")
    var machines: [DeviceID: any Machine] = [:], cars: [TeslaCar] = [], switches: [BitcoinSwitch] = []
    for (id, link) in links {
      var log = log
      log[metadataKey: "device.id"] = "\(id)"
      switch link {
      case .websocket: continue
      case .bitcoinSwitch(let settings):
        let secret = settings.secret.text
        let board = BitcoinSwitch(id, secret: secret, pins: settings.pins, clock: clock, log: log)
        machines[id] = board
        switches.append(board)
      case .webhook(let settings): machines[id] = try Webhook(settings, clock: clock, logger: log)
      case .mqtt(let settings):
        guard let broker else { throw MachineMistake("mqtt", "is missing") }
        machines[id] = try MQTTMachine(settings, broker: broker)
      case .shelly(let settings): machines[id] = try Shelly(settings, clock: clock, logger: log)
      case .tasmota(let settings): machines[id] = try Tasmota(settings, clock: clock, logger: log)
      case .tesla(let settings):
        guard let keyring else { throw MachineMistake("tesla", "is missing") }
        let car = try TeslaCar(settings, keyring: keyring, drives: drives, clock: clock, logger: log)
        machines[id] = car
        cars.append(car)
      case .command(let parts):
        machines[id] = try NumberedMachines(parts) { settings throws(MachineMistake) in
          try CommandMachine(settings, clock: clock, logger: log)
        }
      case .homeAssistant(let parts):
        machines[id] = try NumberedMachines(parts) { settings throws(MachineMistake) in
          try HomeAssistant(settings, clock: clock, logger: log)
        }
      }
    }
    (self.machines, self.switches, self.broker, self.cars) = (machines, switches, broker, cars)
  }

  /// Keeps the connection to the broker and ends drives whose time is over, until cancelled; to be run from the start.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      // The server ends with the first of its services, so this one lasts even where nothing has to run.
      group.addTask { await Bell().wait(past: 0) }
      if let broker { group.addTask { await broker.run() } }
      for car in cars { group.addTask { await car.endDrives() } }
    }
  }

  private static func broker(
    _ broker: Config.Broker?,
    _ clock: any Clock,
    _ log: Logger
  ) throws(MachineMistake) -> MQTTBroker? {
    guard let broker else { return nil }
    return try MQTTBroker(broker.settings, clock: clock, logger: log)
  }

  private static func keyring(
    _ tesla: Config.Tesla?,
    _ clock: any Clock,
    _ log: Logger
  ) throws(MachineMistake) -> TeslaKeyring? {
    guard let tesla else { return nil }
    return try TeslaKeyring(tesla.keys, store: TeslaTokenFile(tesla.tokenFile), clock: clock, logger: log)
  }
}
