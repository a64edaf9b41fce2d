import Actuators

extension Config.Device.Link {
  /// The outputs that the machine's own settings name; nil where they name none.
  var outputs: [UInt8]? {
    switch self {
    case .websocket, .webhook, .shelly: nil
    case .mqtt(let settings): settings.outputs
    case .tasmota(let settings): settings.outputs
    case .tesla: TeslaCommand.allCases.map(\.rawValue)
    case .command(let parts): parts.map(\.output)
    case .homeAssistant(let parts): parts.map(\.output)
    case .bitcoinSwitch(let board): board.pins.indices.map { UInt8(clamping: $0) }
    }
  }
}

extension Config.Device {
  /// The outputs that it has; nil where any number may be one.
  var outputs: [UInt8]? { link.outputs ?? channels.map { (0..<$0).map { UInt8(clamping: $0) } } }

  /// Outputs that have names, by them.
  var outputNames: [String: UInt8] {
    let pairs: [(String, UInt8)] =
      switch link {
      case .tesla: TeslaCommand.allCases.map { ($0.word, $0.rawValue) }
      case .command(let parts): parts.compactMap { part in part.name.map { ($0, part.output) } }
      case .homeAssistant(let parts): parts.compactMap { part in part.name.map { ($0, part.output) } }
      default: []
      }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// The longest time that one sale can buy of it, milliseconds; nil where nothing is known.
  var longestMS: UInt64? {
    let own: UInt64? =
      switch link {
      // What their own off-timers can do.
      case .shelly: 86_400_000
      case .tasmota: 64_800_000
      default: nil
      }
    return [own, maxOnMS].compactMap(\.self).min()
  }

  /// Outputs that do nothing of use without a time.
  func needsTime(_ output: UInt8) -> Bool {
    if case .tesla = link { TeslaCommand(rawValue: output) == .letDrive } else { false }
  }
}

extension TeslaCommand {
  /// What a configuration calls it.
  var word: String {
    switch self {
    case .honkHorn: "honk_horn"
    case .flashLights: "flash_lights"
    case .openChargePort: "charge_port_door_open"
    case .closeChargePort: "charge_port_door_close"
    case .unlockDoors: "door_unlock"
    case .lockDoors: "door_lock"
    case .togglePlayback: "media_toggle_playback"
    case .nextFavourite: "media_next_fav"
    case .volumeUp: "media_volume_up"
    case .openFrontTrunk: "front_trunk"
    case .openRearTrunk: "rear_trunk"
    case .letDrive: "let_drive"
    case .startDrive: "remote_start_drive"
    }
  }
}
