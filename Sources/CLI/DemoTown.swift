import AsyncHTTPClient
import Coinslot
import Foundation
import NIOCore
import NIOHTTP1
import Primitives
import Simulators
import Synchronization

/// What runs during a demo, as somebody outside would use it.
struct DemoTown: Sendable {
  let url: String
  let folder: String
  let sim: NanoSimulator
  let shop: ToyKey

  /// Sends toy money to the shop; gives the payment's hash.
  @discardableResult
  func pay(_ xno: String) async throws -> Bytes32 {
    guard let amount = try? Asset.nano.amount(xno) else { throw Failure(.usage, "\(xno) is no amount") }
    return try await sim.pay(to: shop.account, amount)
  }

  /// Asks the server's API.
  func get(_ path: String) async throws -> JSONValue {
    let response = try await HTTPClient.shared.execute(try request(path), timeout: .seconds(10))
    let body = Array(buffer: try await response.body.collect(upTo: 1 << 20))
    return try JSONValue(parsing: body)
  }

  func request(_ path: String) throws -> HTTPClientRequest {
    let token = try String(contentsOfFile: "\(folder)/data/admin.token", encoding: .utf8)
    var request = HTTPClientRequest(url: url + path)
    request.headers.add(
      name: "authorization",
      value: "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))"
    )
    return request
  }

  /// Returns once the slot invites to pay.
  ///
  /// - Throws: `Failure` with what stands in the way after 30 s.
  func waitUntilReady() async throws {
    let end = ContinuousClock.now + .seconds(30)
    while true {
      let state = try await get("/v1/slots/\(Demo.slot)")["pay"]?.array?.first?["state"]
      if state?["invites"]?.bool == true { return }
      guard ContinuousClock.now < end else {
        throw Failure(
          .failed,
          "the slot does not open: \(state?["word"]?.string ?? "?") \(state?["detail"]?.string ?? "")"
        )
      }
      try await Task.sleep(for: .milliseconds(50))
    }
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

/// A value that comes out of a task.
final class DemoResult: Sendable {
  private let value = Mutex<JSONValue?>(nil)

  func set(_ new: JSONValue) { value.withLock { $0 = new } }

  func get() throws -> JSONValue {
    guard let value = value.withLock({ $0 }) else { throw Failure(.failed, "the demo ended before its payment did") }
    return value
  }
}
