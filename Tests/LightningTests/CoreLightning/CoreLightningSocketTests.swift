import Lightning
import NIOCore
import Primitives
import Synchronization
import TestKit
import Testing

@Suite struct CoreLightningSocketTests {
  private static let node = #"{"id":"02\#(String(repeating: "ab", count: 32))","network":"regtest","blockheight":7}"#
  private static let ping = CoreLightningRequest("getinfo")

  /// Runs `body` with a socket of ours to one that answers as `script` says.
  private func with(
    _ script: @escaping @Sendable (ScriptedSocket.Question) -> Void,
    _ body: (CoreLightningSocket, ScriptedSocket) async throws -> Void
  ) async throws {
    try await ScriptedSocket.with(script) { other in
      let socket = CoreLightningSocket(path: other.path)
      do {
        try await body(socket, other)
      } catch {
        await socket.close()
        throw error
      }
      await socket.close()
    }
  }

  /// The failure of a call; nil where it was answered.
  private func failure(_ socket: CoreLightningSocket, within seconds: Int = 5, isWait: Bool = false) async
    -> NodeFailure?
  {
    do throws(NodeFailure) {
      _ = try await socket.carry(Self.ping, within: seconds, isWait: isWait)
      return nil
    } catch {
      return error
    }
  }

  private func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<500 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return condition()
  }

  @Test func anAnswerCutAtEveryByte() async throws {
    try await with({ $0.sendByteByByte($0.result(#"{"text":"Hupe für ⚡ \n\n }"}"#)) }) {
      (socket, other) async throws -> Void in
      guard case .result(let result) = try await socket.carry(Self.ping, within: 10, isWait: false) else {
        Issue.record("no result")
        return
      }
      #expect(result["text"]?.string == "Hupe für ⚡ \n\n }")
      #expect(other.questions.map(\.method) == ["getinfo"])
      #expect(other.questions.first?.id == "coinslot:getinfo#1")
    }
  }

  @Test func answersOutOfOrderGoToWhoAsked() async throws {
    let held = Mutex<[ScriptedSocket.Question]>([])
    try await with({ question in
      let all = held.withLock { held in
        held.append(question)
        return held
      }
      // Only once all five are there, the last one first.
      guard all.count == 5 else { return }
      for question in all.reversed() { question.send(question.result(#"{"n":\#(question.number("n") ?? 0)}"#)) }
    }) { (socket, other) async throws -> Void in
      let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
        for n in UInt64(1)...5 {
          group.addTask {
            let request = CoreLightningRequest("getinfo").with("n", n)
            guard case .result(let result) = try await socket.carry(request, within: 5, isWait: false) else {
              return false
            }
            return result["n"]?.uint64 == n
          }
        }
        return try await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(answers == Array(repeating: true, count: 5))
      #expect(other.connections == 1)
    }
  }

  @Test func halfAnAnswerThenTheEnd() async throws {
    try await with({ question in
      guard question.connection == 1 else { return question.send(question.result(Self.node)) }
      question.send(#"{"jsonrpc":"2.0","id":"\#(question.id)","result":{"id""#)
      question.close()
    }) { (socket, other) async throws -> Void in
      #expect(await failure(socket) == .away("the node broke off inside an answer"))
      // The next call opens another one.
      #expect(await failure(socket) == nil)
      #expect(other.connections == 2)
    }
  }

  @Test func theEndBetweenAnswers() async throws {
    try await with({ $0.connection == 1 ? $0.close() : $0.send($0.result(Self.node)) }) {
      (socket, _) async throws -> Void in
      #expect(await failure(socket) == .away("the node closed the connection"))
      #expect(await failure(socket) == nil)
    }
  }

  @Test(arguments: [
    "hello\n", "[]\n\n", "{\"id\":true,\"result\":{}}\n\n", "{\"id\":\"coinslot:getinfo#1\"}\n\n", "{\"a\"}\n\n",
  ])
  func garbageIsNoAnswer(_ text: String) async throws {
    try await with({ $0.connection == 1 ? $0.send(text) : $0.send($0.result(Self.node)) }) {
      (socket, other) async throws -> Void in
      guard case .garbled? = await failure(socket) else {
        Issue.record("not garbled")
        return
      }
      // We end it: nothing more can be believed there.
      #expect(try await eventually { other.open == 0 })
      #expect(await failure(socket) == nil)
    }
  }

  @Test func anAnswerToAQuestionNotAskedEndsIt() async throws {
    for id in ["coinslot:getinfo#2", "coinslot:stop#1", "x"] {
      try await with({ $0.send(#"{"jsonrpc":"2.0","id":"\#(id)","result":{}}"# + "\n\n") }) {
        (socket, _) async throws -> Void in
        #expect(await failure(socket) == .garbled("the node answers a question that was not asked"), "\(id)")
      }
    }
  }

  @Test func anAnswerWithoutAnIDEndsTheConnection() async throws {
    // The node does not close it, and never reads on: we must.
    try await with({ question in
      guard question.connection == 1 else { return question.send(question.result(Self.node)) }
      var bytes = Array(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Failed to parse '"#.utf8)
      bytes += [0xff, 0xfe]
      bytes += Array("'\"}}\n\n".utf8)
      question.send(bytes)
    }) { (socket, other) async throws -> Void in
      guard case .unsupported(let words)? = await failure(socket) else {
        Issue.record("not unsupported")
        return
      }
      #expect(words.contains("Failed to parse '\u{fffd}\u{fffd}'") && words.contains("-32600"))
      #expect(try await eventually { other.open == 0 })
      #expect(await failure(socket) == nil)
      #expect(other.connections == 2)
    }
  }

  @Test func ofSeveralQuestionsNoneIsBlamed() async throws {
    let count = Mutex(0)
    try await with({ question in
      guard
        count.withLock({
          $0 += 1; return $0
        }) == 2
      else { return }
      question.send(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"No id"}}"# + "\n\n")
    }) { (socket, _) async throws -> Void in
      async let first = failure(socket)
      async let second = failure(socket)
      for failure in [await first, await second] {
        guard case .away? = failure else {
          Issue.record("\(String(describing: failure))")
          continue
        }
      }
    }
  }

  @Test func noAnswerInTimeEndsTheConnection() async throws {
    try await with({ question in
      if question.connection > 1 { question.send(question.result(Self.node)) }
    }) { (socket, other) async throws -> Void in
      #expect(await failure(socket, within: 1) == .away("the node did not answer getinfo within 1 s"))
      #expect(try await eventually { other.open == 0 })
      #expect(await failure(socket) == nil)
      #expect(other.connections == 2)
    }
  }

  @Test func aWaitHasItsOwnConnection() async throws {
    try await with({ question in
      guard question.params["wait"] == nil else { return }
      question.send(question.result(Self.node))
    }) { (socket, other) async throws -> Void in
      let waiting = Task { () async -> NodeFailure? in
        do throws(NodeFailure) {
          _ = try await socket.carry(CoreLightningRequest("getinfo").with("wait", UInt64(1)), within: 60, isWait: true)
          return nil
        } catch {
          return error
        }
      }
      #expect(try await eventually { other.questions.count == 1 })
      #expect(await failure(socket) == nil)
      #expect(other.connections == 2)
      #expect(Set(other.questions.map(\.connection)).count == 2)
      // Cancelling ends the wait, and the connection goes on.
      waiting.cancel()
      #expect(await waiting.value == .away("we are stopping"))
      #expect(await failure(socket, isWait: true) == nil)
      #expect(other.connections == 2)
    }
  }

  @Test func theAnswerToAQuestionGivenUpIsSkipped() async throws {
    let held = Mutex<ScriptedSocket.Question?>(nil)
    try await with({ question in
      if let late = held.withLock({ $0 }) {
        question.send(late.result(#"{"late":true}"#))
        question.send(question.result(#"{"late":false}"#))
      } else {
        held.withLock { $0 = question }
      }
    }) { (socket, other) async throws -> Void in
      let first = Task { await failure(socket, within: 60) }
      #expect(try await eventually { other.questions.count == 1 })
      first.cancel()
      #expect(await first.value == .away("we are stopping"))
      guard case .result(let result) = try await socket.carry(Self.ping, within: 5, isWait: false) else {
        Issue.record("no result")
        return
      }
      #expect(result["late"]?.bool == false)
      #expect(other.connections == 1)
    }
  }

  @Test func theWritingSideStaysOpen() async throws {
    let inputClosed = Mutex<Int?>(nil)
    let record = Mutex<ScriptedSocket?>(nil)
    try await with({ question in
      question.later(ms: 200) {
        inputClosed.withLock { $0 = record.withLock { $0?.inputClosed } }
        question.send(question.result(Self.node))
      }
    }) { (socket, other) async throws -> Void in
      record.withLock { $0 = other }
      #expect(await failure(socket) == nil)
      #expect(inputClosed.withLock { $0 } == 0)
      await socket.close()
      // The nearest thing that must be seen: an end of both sides.
      #expect(try await eventually { other.inputClosed == 1 })
      record.withLock { $0 = nil }
    }
  }

  @Test func notificationsAreSkipped() async throws {
    try await with({ question in
      question.send(#"{"jsonrpc":"2.0","method":"log","params":{"id":"\#(question.id)","message":"x"}}"# + "\n\n")
      question.send(question.result(Self.node))
    }) { (socket, _) async throws -> Void in
      #expect(await failure(socket) == nil)
    }
  }

  @Test func aRefusalIsAnAnswer() async throws {
    try await with({ $0.send($0.error(904, "Timed out while waiting for invoice to be paid")) }) {
      (socket, other) async throws -> Void in
      guard case .error(let error) = try await socket.carry(Self.ping, within: 5, isWait: true) else {
        Issue.record("no error")
        return
      }
      #expect(error.code == CoreLightningError.timedOut)
      #expect(try await CoreLightningNode(socket).nextPaid(after: 3, seconds: 0) == nil)
      #expect(other.questions.last?.params.text() == #"{"lastpay_index":3,"timeout":0}"#)
    }
  }

  @Test func nobodyThere() async throws {
    let folder = try Folder()
    let missing = CoreLightningSocket(path: folder.path + "/rpc")
    guard case .away(let words)? = await failure(missing) else {
      Issue.record("not away")
      return
    }
    #expect(words.contains(folder.path) && words.contains("is lightningd running"))
    let file = CoreLightningSocket(path: try folder.write("x", "file"))
    guard case .refused(let words)? = await failure(file) else {
      Issue.record("not refused")
      return
    }
    #expect(words.contains("is no socket"))
  }

  @Test func aSocketFileWithoutANode() async throws {
    try await ScriptedSocket.with({ $0.send($0.result(Self.node)) }) { other in
      let socket = CoreLightningSocket(path: other.path)
      #expect(await failure(socket) == nil)
      await other.stop()
      await socket.close()
      // The file may go with the listener; where it stays nobody answers. Both are for later.
      guard case .away? = await failure(socket) else {
        Issue.record("not away")
        return
      }
    }
  }

  @Test func tooManyQuestionsAtOnce() async throws {
    try await with({ _ in }) { (socket, other) async throws -> Void in
      let tasks = (0..<300).map { _ in Task { await failure(socket, within: 30) } }
      #expect(try await eventually { other.questions.count == 256 })
      await socket.close()
      var full = 0
      var stopped = 0
      for task in tasks {
        switch await task.value {
        case .away("256 questions to the node are open already"): full += 1
        case .away("we are stopping"): stopped += 1
        default: break
        }
      }
      #expect(full == 44 && stopped == 256)
    }
  }
}
