import DeviceWire
import Primitives
import Simulators
import Synchronization

/// Shows what a virtual device does: drawn on a terminal, an event a line in a pipe.
final class DeviceScreen: Sendable {
  private struct State {
    var isConnected = false
    var words = ""
    var outputs: [VirtualDevice.Output] = []
    var shownAt = ContinuousClock.now
  }
  private let state: Mutex<State>
  private let device: String
  private let url: String
  private let isJSON: Bool

  init(device: String, url: String, isJSON: Bool) {
    self.device = device
    self.url = url
    self.isJSON = isJSON
    state = Mutex(State(words: "connecting to \(url)"))
  }

  /// Takes what happened.
  func take(_ event: VirtualDevice.Event) {
    if isJSON { if let json = json(event) { Standard.line(json.text()) } }
    state.withLock { state in
      switch event {
      case .connecting: state.words = "connecting to \(url)"
      case .connected: (state.isConnected, state.words) = (true, "")
      case .disconnected(let why): (state.isConnected, state.words) = (false, why)
      case .shows(let outputs): (state.outputs, state.shownAt) = (outputs, .now)
      case .output(let number, let isOn, _): state.words = "output \(number) switched \(isOn ? "on" : "off")"
      case .ackDropped: state.words = "an ack was lost on purpose"
      }
    }
  }

  /// Takes what was said on the link.
  func take(_ event: VirtualDevice.LinkEvent) {
    guard isJSON else { return }
    let json: JSONValue =
      switch event {
      case .booted(let boot): ["event": "booted", "boot": .number(boot)]
      case .welcomed(let session): ["event": "welcomed", "session": .number(session)]
      case .acknowledged(let channel, let command, let word, let isAgain):
        [
          "event": "ack", "channel": .number(channel), "n": .number(command), "is": .string("\(word.text)"),
          "again": .bool(isAgain),
        ]
      }
    Standard.line(json.text())
  }

  /// Draws five times a second until cancelled; in a pipe it only waits.
  ///
  /// - Throws: `CancellationError`.
  func draw() async throws {
    guard !isJSON else { while true { try await Task.sleep(for: .seconds(3_600)) } }
    let view = RelayView(isTerminal: true)
    var height = 0
    while true {
      let lines = lines(view)
      let back = height == 0 ? "" : "\u{1B}[\(height)A"
      Standard.line(back + lines.map { "\u{1B}[2K\($0)" }.joined(separator: "\n"))
      height = lines.count
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  private func lines(_ view: RelayView) -> [String] {
    state.withLock { state in
      let passed = state.shownAt.duration(to: .now)
      let passedMS = passed.components.seconds * 1_000 + passed.components.attoseconds / 1_000_000_000_000_000
      let outputs = state.outputs.map { $0.says == "running" ? $0.after(passedMS) : $0 }
      let lines = view.lines(device, isConnected: state.isConnected, outputs: outputs)
      return lines + ["  " + Standard.plain(state.words)]
    }
  }

  private func json(_ event: VirtualDevice.Event) -> JSONValue? {
    switch event {
    case .connecting: return ["event": "connecting", "url": .string(url)]
    case .connected: return ["event": "connected"]
    case .disconnected(let why): return ["event": "disconnected", "reason": .string(why)]
    case .ackDropped: return ["event": "ack_dropped"]
    case .output(let number, let isOn, let why):
      var members: [JSONValue.Member] = [
        .init("event", isOn ? "on" : "off"), .init("channel", .number(number)),
      ]
      if case .run(let id, let command) = why { members += [.init("id", .string(id)), .init("n", .number(command))] }
      return .object(members)
    case .shows(let outputs):
      let rows = outputs.map { output -> JSONValue in
        [
          "channel": .number(output.number), "n": .number(output.command), "says": .string(output.says),
          "left_ms": .number(output.leftMS),
        ]
      }
      return ["event": "shows", "outputs": .array(rows)]
    }
  }
}
