import Coinslot
import Primitives
import Synchronization

/// Records answers as the dispatcher does, and everything else it is told.
final class FakeEars: DeviceEars, Sendable {
  private let ledger: FakeLedger
  private let clock: any Clock
  private let state = Mutex((answers: [Answer](), arrivals: [DeviceID](), departures: [Int64]()))

  init(_ ledger: FakeLedger, clock: any Clock) {
    self.ledger = ledger
    self.clock = clock
  }

  var answers: [Answer] { state.withLock { $0.answers } }
  var words: [Answer.Word] { answers.map(\.word) }
  var arrivals: [DeviceID] { state.withLock { $0.arrivals } }
  var departures: [Int64] { state.withLock { $0.departures } }

  func heard(_ answer: Answer) async -> Bool {
    let now = clock.nowMS
    let changed = try? await ledger.revise(answer.channel, naming: answer.number, nowMS: now) { work in
      ChannelWork.heard(answer, among: work, nowMS: now)
    }
    state.withLock { $0.answers.append(answer) }
    return changed != nil
  }

  func arrived(_ device: DeviceID) async { state.withLock { $0.arrivals.append(device) } }
  func departed(_ device: DeviceID, lastSeenMS: Int64) async { state.withLock { $0.departures.append(lastSeenMS) } }
}

/// Keys in memory.
final class FakeKeys: DeviceKeys, Sendable {
  private struct Name: Hashable {
    let device: DeviceID
    let serial: UInt32
  }
  private let keys = Mutex<[Name: [UInt8]]>([:])

  func key(of device: DeviceID, serial: UInt32) -> [UInt8]? {
    keys.withLock { $0[Name(device: device, serial: serial)] }
  }

  @discardableResult
  func makeKey(for device: DeviceID, serial: UInt32) -> [UInt8] {
    let key = SHA256.digest(of: Array("\(device) \(serial)".utf8))
    keys.withLock { $0[Name(device: device, serial: serial)] = key }
    return key
  }

  func forget(_ device: DeviceID, below serial: UInt32?) {
    keys.withLock { keys in keys = keys.filter { $0.key.device != device || $0.key.serial >= serial ?? .max } }
  }
}
