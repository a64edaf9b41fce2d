/// A connection between a device and the server: frames arrive in order, late, and perhaps not at all.
///
/// What a real connection would never do, losing, doubling or spoiling a single frame, happens here too: the frames'
/// counters and seals must notice.
///
/// `@unchecked Sendable`: as `World`.
final class Wire: @unchecked Sendable {
  private let world: World
  private let weather: Weather
  private let tally: Tally
  private var upMS: Int64 = 0
  private var downMS: Int64 = 0
  /// Whether anything still passes.
  private(set) var isOpen = true
  var toServer: ([UInt8]) -> Void = { _ in }
  var toDevice: ([UInt8]) -> Void = { _ in }
  var serverHearsEnd: () -> Void = {}
  var deviceHearsEnd: () -> Void = {}

  init(world: World, weather: Weather, tally: Tally) {
    self.world = world
    self.weather = weather
    self.tally = tally
  }

  func up(_ frame: [UInt8]) {
    upMS = carry(frame, notBefore: upMS) { [self] frame in if isOpen { toServer(frame) } }
  }

  func down(_ frame: [UInt8]) {
    downMS = carry(frame, notBefore: downMS) { [self] frame in if isOpen { toDevice(frame) } }
  }

  private func carry(_ frame: [UInt8], notBefore: Int64, _ deliver: @escaping ([UInt8]) -> Void) -> Int64 {
    guard isOpen else {
      tally.lost += 1
      return notBefore
    }
    let isLate = weather.now.delays && world.once(in: 25)
    let atMS = max(notBefore, world.nowMS + (isLate ? world.pick(400...9_000) : world.pick(1...40)))
    var copies: [[UInt8]] = [frame]
    if weather.now.brokenMessages, world.once(in: 40) {
      switch world.pick(0...2) {
      case 0:
        copies = []
        tally.lost += 1
      case 1:
        copies = [frame, frame]
        tally.doubled += 1
      default:
        let place = Int(world.pick(0...Int64(frame.count - 1)))
        copies[0][place] ^= 1
        tally.spoiled += 1
      }
    }
    for copy in copies { world.after(atMS - world.nowMS) { deliver(copy) } }
    return atMS
  }

  /// The server closes; what it said before still arrives.
  func closeByServer() {
    world.after(max(0, downMS - world.nowMS) + 1) { [self] in
      guard isOpen else { return }
      isOpen = false
      deviceHearsEnd()
    }
  }

  /// The device closes; what it said before still arrives.
  func closeByDevice() {
    world.after(max(0, upMS - world.nowMS) + 1) { [self] in
      guard isOpen else { return }
      isOpen = false
      serverHearsEnd()
    }
  }

  /// Nothing passes any more; an end hears of it soon, or has to notice by itself.
  func cut(serverSoon: Bool, deviceSoon: Bool) {
    guard isOpen else { return }
    isOpen = false
    if serverSoon { world.after(world.pick(1...2_000)) { [self] in serverHearsEnd() } }
    if deviceSoon { world.after(world.pick(1...2_000)) { [self] in deviceHearsEnd() } }
  }
}

/// What was counted in one world.
///
/// `@unchecked Sendable`: as `World`.
package final class Tally: @unchecked Sendable {
  /// Payments made, crashes of the server, boots of devices.
  package var payments = 0, crashes = 0, boots = 0
  /// Frames that were lost, doubled, spoiled.
  package var lost = 0, doubled = 0, spoiled = 0
  /// Work recorded, and how often an output was switched on.
  package var dispatches = 0, pulses = 0
  /// How the sales ended.
  package var outcomes: [String: Int] = [:]
  /// How much time passed, milliseconds.
  package var livedMS: Int64 = 0

  /// Nothing yet.
  package init() {}

  /// Adds another world's counts.
  package func add(_ other: Tally) {
    payments += other.payments
    crashes += other.crashes
    boots += other.boots
    lost += other.lost
    doubled += other.doubled
    spoiled += other.spoiled
    dispatches += other.dispatches
    pulses += other.pulses
    livedMS += other.livedMS
    outcomes.merge(other.outcomes) { $0 + $1 }
  }

  /// One line.
  package var line: String {
    let ends = outcomes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return "payments \(payments), crashes \(crashes), boots \(boots), messages lost \(lost) doubled \(doubled) "
      + "spoiled \(spoiled), dispatches \(dispatches), pulses \(pulses), hours \(livedMS / 3_600_000); \(ends)"
  }
}
