import Coinslot
import Foundation
import Primitives
import Simulators
import Synchronization

/// What runs during a demo of Nano, as somebody outside would use it.
struct DemoTown: Sendable {
  let api: DemoAPI
  let sim: NanoSimulator
  let shop: ToyKey

  /// Sends toy money to the shop; gives the payment's hash.
  @discardableResult
  func pay(_ xno: String) async throws -> Bytes32 {
    guard let amount = try? Asset.nano.amount(xno) else { throw Failure(.usage, "\(xno) is no amount") }
    return try await sim.pay(to: shop.account, amount)
  }

  /// Draws the relay on standard error until cancelled.
  func draw(_ timeline: DemoTimeline) async throws {
    let view = RelayView(isTerminal: Standard.isErrorTerminal)
    var last: [String] = []
    while true {
      let lines = view.lines(Demo.device, isConnected: timeline.isConnected, outputs: timeline.outputs(at: .now))
      if lines != last {
        if Standard.isErrorTerminal && !last.isEmpty { Standard.error("\u{1B}[\(last.count + 1)A") }
        if Standard.isErrorTerminal || timeline.changed(lines) {
          for line in lines { Standard.error(Standard.isErrorTerminal ? "\u{1B}[2K\(line)" : line) }
        }
        last = lines
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}

/// What the relay told and when.
final class DemoTimeline: Sendable {
  private struct State {
    var isConnected = false
    var outputs: [VirtualDevice.Output] = []
    var shownAt = ContinuousClock.now
    var switchedOnAtMS: Int64?
    var words: [String] = []
  }
  private let state = Mutex(State())

  func add(_ event: VirtualDevice.Event) {
    state.withLock { state in
      switch event {
      case .connected: state.isConnected = true
      case .disconnected: state.isConnected = false
      case .output(_, isOn: true, _): state.switchedOnAtMS = Int64(Date().timeIntervalSince1970 * 1_000)
      case .shows(let outputs):
        state.outputs = outputs
        state.shownAt = .now
      default: break
      }
    }
  }

  var isConnected: Bool { state.withLock { $0.isConnected } }
  /// When the relay closed last, wall-clock milliseconds.
  var switchedOnAtMS: Int64? { state.withLock { $0.switchedOnAtMS } }

  /// The outputs, counted down from when they were shown.
  func outputs(at now: ContinuousClock.Instant) -> [VirtualDevice.Output] {
    state.withLock { state in
      let passed = (now - state.shownAt).components.seconds * 1_000
      return state.outputs.map { $0.says == "running" ? $0.after(passed) : $0 }
    }
  }

  /// Whether more than the countdown differs from what was said before.
  func changed(_ lines: [String]) -> Bool {
    let words = lines.map { String($0.prefix { $0 != ":" || !$0.isNumber }.filter { !$0.isNumber }) }
    return state.withLock { state in
      defer { state.words = words }
      return state.words != words
    }
  }
}
