import Primitives

/// What a car can be told, one output each.
///
/// The number of an output never changes: slots and past sales name it. New commands take the next free number.
///
/// | output | command | again after an unknown end |
/// |---|---|---|
/// | 0 | honk_horn | no |
/// | 1 | flash_lights | no |
/// | 2 | charge_port_door_open | yes |
/// | 3 | charge_port_door_close | yes |
/// | 4 | door_unlock | only within the paid time |
/// | 5 | door_lock | yes |
/// | 6 | media_toggle_playback | no |
/// | 7 | media_next_fav | no |
/// | 8 | media_volume_up | no |
/// | 9 | actuate_trunk, front | no |
/// | 10 | actuate_trunk, rear | no |
/// | 11 | let somebody drive: unlock, start, and lock at the end | no |
/// | 12 | remote_start_drive | no |
public enum TeslaCommand: UInt8, Hashable, Sendable, CaseIterable {
  case honkHorn = 0
  case flashLights = 1
  case openChargePort = 2
  case closeChargePort = 3
  case unlockDoors = 4
  case lockDoors = 5
  case togglePlayback = 6
  case nextFavourite = 7
  case volumeUp = 8
  case openFrontTrunk = 9
  case openRearTrunk = 10
  /// A drive that ends: not one command but three.
  case letDrive = 11
  case startDrive = 12

  /// Its name on the wire; for `letDrive` that of the step that lets one drive.
  var name: String {
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
    case .openFrontTrunk, .openRearTrunk: "actuate_trunk"
    case .letDrive, .startDrive: "remote_start_drive"
    }
  }

  /// What goes with it.
  var body: JSONValue {
    switch self {
    case .openFrontTrunk: ["which_trunk": "front"]
    case .openRearTrunk: ["which_trunk": "rear"]
    default: [:]
    }
  }

  /// Whether a further try after one that may have arrived changes nothing, as long as the deed's time is not over.
  var isRepeatable: Bool { Self.isRepeatable(name) }

  /// The same, for any name on the wire.
  static func isRepeatable(_ name: String) -> Bool {
    ["charge_port_door_open", "charge_port_door_close", "door_lock", "door_unlock", "adjust_volume", "wake_up"]
      .contains(name)
  }
}
