import NIOCore
import Primitives

/// The toy car, its proxy and the tokens that it takes, all on one event loop.
final class ToyCar {
  let eventLoop: any EventLoop
  let options: TeslaSimulatorOptions
  var faults: TeslaFaults
  /// How often each command was carried out.
  private(set) var executed: [String: Int] = [:]
  /// How often each command was asked for.
  private(set) var asked: [String: Int] = [:]
  private(set) var isAsleep: Bool
  private(set) var accessToken: String
  private(set) var refreshToken: String
  private var tokens = 0
  private var waking: Scheduled<Void>?

  init(_ options: TeslaSimulatorOptions, on eventLoop: any EventLoop) {
    self.options = options
    self.eventLoop = eventLoop
    faults = options.faults
    isAsleep = options.isAsleep
    (accessToken, refreshToken) = ("toy-access-0", "toy-refresh-0")
  }

  func stop() { waking?.cancel() }

  func sleep() {
    waking?.cancel()
    waking = nil
    isAsleep = true
  }

  func wake() {
    guard isAsleep, waking == nil else { return }
    waking = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(faults.wakeMS))) { [weak self] in
      self?.isAsleep = false
      self?.waking = nil
    }
  }

  /// Makes the access token of this moment worthless.
  func expireToken() {
    tokens += 1
    accessToken = "toy-access-\(tokens)-\(options.vin.suffix(4))"
  }

  /// Takes a refresh token, which is good for this one time, and gives new tokens.
  func refresh(_ token: String) -> Bool {
    guard token == refreshToken else { return false }
    expireToken()
    refreshToken = "toy-refresh-\(tokens)"
    return true
  }

  /// What becomes of the next command.
  func nextReply() -> TeslaFaults.Reply {
    let reply = faults.times == 0 ? .done : faults.reply
    if let times = faults.times, times > 0 { faults.times = times - 1 }
    return reply
  }

  func count(asked command: String) { asked[command, default: 0] += 1 }
  func execute(_ command: String) { executed[command, default: 0] += 1 }

  /// What the signing proxy knows to sign.
  static let commands: Set<String> = [
    "honk_horn", "flash_lights", "charge_port_door_open", "charge_port_door_close", "door_lock", "door_unlock",
    "remote_start_drive", "actuate_trunk", "media_toggle_playback", "media_next_track", "media_prev_track",
    "media_next_fav", "media_prev_fav", "media_volume_up", "media_volume_down", "adjust_volume", "guest_mode",
    "set_valet_mode", "trigger_homelink", "window_control",
  ]
}
