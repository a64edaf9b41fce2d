import Foundation
import Primitives
import Testing

@testable import Simulators

/// Every exchange with a real Core Lightning node, made again with the toy node in the recorded order.
@Suite struct RecordedReplayTests {
  /// What the toy node does not serve, by method; it must say so.
  static let notServed: Set<String> = [
    "checkrune", "createrune", "showrunes", "blacklistrune", "coinslot_no_such_method", "notifications", "check",
    "help", "listpeerchannels", "stop", "autoclean-once",
  ]

  @Test(.timeLimit(.minutes(2))) func answersAsRecorded() async throws {
    let exchanges = try RecordedExchange.all()
    #expect(exchanges.count == 272)
    var replay = Replay(exchanges)
    try await runningLightning {
      $0.hasSinglePeer = true
      $0.alias = "coinslot-merchant"
      $0.lndPort = nil
    } _: { simulator async throws -> Void in
      for exchange in exchanges { try await replay.play(exchange, simulator) }
    }
    for difference in replay.comparison.differences { Issue.record("\(difference)") }
    for (method, count) in replay.served.sorted(by: { $0.key < $1.key }) {
      print("cln_recorded.json \(method): \(count) exchanges, \(count) made again")
    }
    let others = replay.refused.values.reduce(0, +)
    print(
      "cln_recorded.json methods the toy node does not have: \(others) exchanges, all -32601: \(replay.refused.keys.sorted())"
    )
    print("cln_recorded.json looks at the socket without a request: \(replay.looks)")
    #expect(replay.served.values.reduce(0, +) + others + replay.looks == exchanges.count)
    #expect(replay.served["invoice"] == 53)
  }
}

/// Plays exchanges one after the other.
private struct Replay {
  var comparison = AnswerComparison()
  /// How many were made again and compared, by method; those that are no request under their own name.
  var served: [String: Int] = [:]
  var refused: [String: Int] = [:]
  var looks = 0
  private let byName: [String: RecordedExchange]
  private var connection: UnixSocket?
  /// Answers of exchanges that were sent together with an earlier one.
  private var early: [String: UnixSocket] = [:]

  init(_ exchanges: [RecordedExchange]) {
    byName = Dictionary(exchanges.map { ($0.name, $0) }) { first, _ in first }
  }

  mutating func play(_ exchange: RecordedExchange, _ simulator: LightningSimulator) async throws {
    guard exchange.isExchange else { return try await look(exchange, simulator) }
    let group = RecordedStory.together.first { $0.contains(exchange.name) }
    if let group, early.isEmpty { try await send(group, simulator) }
    if let socket = early.removeValue(forKey: exchange.name) { return try await read(exchange, socket) }
    for deed in RecordedStory.before[exchange.name] ?? [] { try await deed.happen(to: simulator) }
    if !RecordedStory.onSameConnection.contains(exchange.name) || connection == nil {
      connection = try await UnixSocket.connect(simulator.socketPath)
    }
    let socket = try #require(connection)
    let waiting = try await simulator.counts.waiters
    try await send(exchange, socket)
    if let deeds = RecordedStory.during[exchange.name] {
      #expect(try await eventually { try await simulator.counts.waiters == waiting + 1 }, "\(exchange.name) waits")
      for deed in deeds { try await deed.happen(to: simulator) }
    }
    if exchange.name == "half_close_after_request" { socket.endWriting() }
    try await read(exchange, socket)
  }

  /// Sends several, then lets happen what they wait for.
  private mutating func send(_ group: [String], _ simulator: LightningSimulator) async throws {
    for name in group {
      let exchange = try #require(byName[name])
      for deed in RecordedStory.before[name] ?? [] { try await deed.happen(to: simulator) }
      let socket = try await UnixSocket.connect(simulator.socketPath)
      let waiting = try await simulator.counts.waiters
      try await send(exchange, socket)
      early[name] = socket
      if exchange.method?.hasPrefix("wait") == true {
        #expect(try await eventually { try await simulator.counts.waiters == waiting + 1 }, "\(name) waits")
      }
    }
    for deed in RecordedStory.during[group[0]] ?? [] { try await deed.happen(to: simulator) }
  }

  private func send(_ exchange: RecordedExchange, _ socket: UnixSocket) async throws {
    if exchange.name == "split_request_one_byte_per_write" {
      for byte in exchange.request { try await socket.send([byte]) }
    } else if let writes = exchange.writes {
      for text in writes {
        try await socket.send(comparison.replaced(text))
        try await Task.sleep(for: .milliseconds(50))
      }
    } else if String(validating: exchange.request, as: UTF8.self) != nil {
      try await socket.send(comparison.replaced(String(decoding: exchange.request, as: UTF8.self)))
    } else {
      try await socket.send(exchange.request)
    }
  }

  private mutating func read(_ exchange: RecordedExchange, _ socket: UnixSocket) async throws {
    let name = "\(exchange.index) \(exchange.name)"
    if let method = exchange.method, RecordedReplayTests.notServed.contains(method) {
      let answer = try #require(await socket.answers().first, "\(name)")
      let error = try JSONValue(parsing: answer)["error"]
      #expect(error?["code"]?.int == -32601 && error?["message"]?.string == "Unknown command '\(method)'")
      refused[method, default: 0] += 1
      return
    }
    served[exchange.method ?? "(no single request)", default: 0] += 1
    guard exchange.answerCount > 0 else {
      let end = try await socket.receive(withinMS: exchange.endsStream ? 5_000 : 150)
      if end != (exchange.endsStream ? [] : nil) { comparison.add("\(name): answered \(end ?? [])") }
      return
    }
    let answers = try await socket.answers(exchange.answerCount)
    if answers.count != exchange.answerCount {
      return comparison.add("\(name): \(answers.count) answers instead of \(exchange.answerCount)")
    }
    for (real, toy) in zip(exchange.answers, answers) {
      // What repeats the request's bytes may be no UTF-8.
      guard let realValue = try? JSONValue(parsing: real) else {
        if real != toy { comparison.add("\(name): other bytes") }
        continue
      }
      guard let toyValue = try? JSONValue(parsing: toy) else {
        comparison.add("\(name): no JSON: \(String(decoding: toy, as: UTF8.self))")
        continue
      }
      comparison.compare(realValue, toyValue, name.replacing(".", with: "_") + " answer")
    }
  }

  /// Looks whether the socket takes connections, its file there or not.
  private mutating func look(_ exchange: RecordedExchange, _ simulator: LightningSimulator) async throws {
    looks += 1
    try await simulator.change { $0.refuse = true }
    #expect(FileManager.default.fileExists(atPath: simulator.socketPath))
    await #expect(throws: UnixSocket.Failed(code: ECONNREFUSED)) { try await UnixSocket.connect(simulator.socketPath) }
    try await simulator.change { $0.refuse = false }
  }
}
