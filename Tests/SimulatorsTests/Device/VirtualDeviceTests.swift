import DeviceWire
import Foundation
import Primitives
import Synchronization
import Testing

@testable import Simulators

/// The virtual device over real sockets, against a server made of the link's own session.
@Suite(.timeLimit(.minutes(1))) struct VirtualDeviceTests {
  /// What a device told, to be waited for.
  private final class Log: Sendable {
    private let events = Mutex<[VirtualDevice.Event]>([])
    private let said = Mutex<[VirtualDevice.LinkEvent]>([])

    func add(_ event: VirtualDevice.Event) { events.withLock { $0.append(event) } }
    func add(_ event: VirtualDevice.LinkEvent) { said.withLock { $0.append(event) } }
    var all: [VirtualDevice.Event] { events.withLock { $0 } }
    var link: [VirtualDevice.LinkEvent] { said.withLock { $0 } }

    var disconnections: Int { all.count { if case .disconnected = $0 { true } else { false } } }
  }

  private let folder = FlashFolderTests.temporary()

  private func options(_ port: Int) -> VirtualDeviceOptions {
    var options = VirtualDeviceOptions(
      url: "ws://127.0.0.1:\(port)/link",
      configuration: TestLinkServer.configuration(),
      flashFolder: folder + "/flash",
      traceFile: folder + "/trace.jsonl"
    )
    options.backoffMS = 10...40
    options.crash = {}
    return options
  }

  /// Runs a device for the length of `body`; gives what its life threw.
  @discardableResult
  private func living(
    _ options: VirtualDeviceOptions,
    _ log: Log = Log(),
    toTheEnd: Bool = false,
    _ body: (VirtualDevice) async throws -> Void
  ) async throws -> (any Error)? {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let device = try VirtualDevice(options, onEvent: { log.add($0) }, onLink: { log.add($0) })
    let life = Task { try await device.run() }
    do { try await body(device) } catch {
      life.cancel()
      _ = await life.result
      throw error
    }
    if !toTheEnd { life.cancel() }
    if case .failure(let error) = await life.result { return error }
    return nil
  }

  /// A connection that has said hello and is welcomed.
  private final class Link {
    let socket: TestWebSocket
    var server: TestLinkServer

    init(_ listener: TestListener, nonce: UInt64, resuming: Bool = true) async throws {
      let connection = try #require(await listener.accept())
      socket = try await TestWebSocket.accept(connection, subprotocol: "coinslot.v1")
      server = TestLinkServer(nonce: nonce, nowMS: Clocks.steadyMS)
      try await socket.send(server.challenge)
      try await hear()
      try await socket.send(try server.welcome(resuming: resuming))
    }

    func hear() async throws {
      let text = try #require(await socket.next())
      try server.take(Array(text.utf8), nowMS: Clocks.steadyMS)
    }

    func run(
      _ number: UInt64,
      ms: UInt64,
      once: Bool = true,
      mode: Run.Mode = .new,
      id: String? = nil
    ) async throws {
      try await socket.send(try server.run(number, id ?? "dsp_\(number)", ms: ms, once: once, mode: mode))
    }

    /// The next acknowledgement.
    func ack() async throws -> Ack {
      let before = server.acks.count
      while server.acks.count == before { try await hear() }
      return server.acks[before]
    }
  }

  private func trace() throws -> [JSONValue] {
    let text = try String(contentsOfFile: folder + "/trace.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  @Test func runsAndTells() async throws {
    let listener = try TestListener()
    let log = Log()
    try await living(options(listener.port), log) { _ in
      let link = try await Link(listener, nonce: 1)
      #expect(link.server.hello?.boot == 1 && link.server.hello?.channels.first?.says.string == "idle")
      try await link.run(1, ms: 300)
      #expect(try await link.ack().word == .accepted)
      let done = try await link.ack()
      #expect(done.word == .done && done.number == 1)
    }
    let why = VirtualDevice.Why.run(id: "dsp_1", number: 1)
    let outputs = log.all.filter { if case .output = $0 { true } else { false } }
    #expect(outputs == [.output(0, isOn: true, why), .output(0, isOn: false, why)])
    #expect(log.link.first == .booted(1) && log.link.contains(.welcomed(session: 1)))
    #expect(log.link.contains(.acknowledged(channel: 0, command: 1, .done, isAgain: false)))
    let lines = try trace()
    #expect(lines.map { $0["is"]?.string } == ["on", "off"])
    #expect(lines.allSatisfy { $0["id"]?.string == "dsp_1" && $0["n"]?.int == 1 && $0["boot"]?.int == 1 })
    let (on, off) = (lines[0]["at"]?.int64 ?? 0, lines[1]["at"]?.int64 ?? 0)
    #expect((250...2_000).contains(off - on))
  }

  @Test func survivesARestartWithTheTimeLeft() async throws {
    let listener = try TestListener()
    try await living(options(listener.port)) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 600_000, once: false)
      #expect(try await link.ack().leftMS == 600_000)
    }
    let log = Log()
    try await living(options(listener.port), log) { device in
      let link = try await Link(listener, nonce: 2)
      #expect(link.server.hello?.boot == 2)
      let report = try #require(link.server.hello?.channels.first)
      // The tick that had begun was written off in advance.
      #expect(report.says.string == "paused" && report.leftMS == 570_000)
      #expect(try await link.ack().word == .accepted)
      #expect(await device.outputs.first?.says == "running")
    }
    #expect(log.all.contains(.output(0, isOn: true, .resumed)))
    #expect(try trace().map { $0["is"]?.string } == ["on", "resumed"])
    #expect(try Set(trace().map { $0["key"]?.string }).count == 1)
  }

  @Test func staysOffWhereTheServerDoesNotResume() async throws {
    let listener = try TestListener()
    try await living(options(listener.port)) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 600_000, once: false)
      _ = try await link.ack()
    }
    let log = Log()
    try await living(options(listener.port), log) { _ in
      let link = try await Link(listener, nonce: 2, resuming: false)
      try await link.run(2, ms: 50)
      while try await link.ack().word != .done {}
    }
    #expect(!log.all.contains(.output(0, isOn: true, .resumed)))
  }

  @Test func moreTimeIsNoSecondPulse() async throws {
    let listener = try TestListener()
    try await living(options(listener.port)) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 600_000)
      _ = try await link.ack()
      try await link.run(2, ms: 60_000, mode: .extend)
      let left = try await link.ack().leftMS ?? 0
      #expect(left > 650_000 && left <= 660_000)
    }
    #expect(try trace().map { $0["is"]?.string } == ["on", "more"])
    #expect(try trace().map { $0["n"]?.int } == [1, 2])
  }

  @Test func aRunThatIsRepeatedIsNotRunAgain() async throws {
    let listener = try TestListener()
    try await living(options(listener.port)) { _ in
      let link = try await Link(listener, nonce: 1)
      for _ in 0..<3 { try await link.run(1, ms: 600_000) }
      let acks = [try await link.ack(), try await link.ack(), try await link.ack()]
      #expect(acks.map(\.again) == [false, true, true])
      try await link.run(1, ms: 600_000, id: "dsp_other")
      #expect(try await link.ack().word == .conflict)
    }
    #expect(try trace().count == 1)
  }

  @Test func connectsAgainAfterEveryKindOfEnd() async throws {
    let listener = try TestListener()
    let log = Log()
    try await living(options(listener.port), log) { _ in
      // One that hears the handshake and hangs up, one that speaks nonsense, one that is right.
      let deaf = try #require(await listener.accept())
      #expect(try await deaf.receive()?.isEmpty == false)
      deaf.close()
      let connection = try #require(await listener.accept())
      let nonsense = try await TestWebSocket.accept(connection, subprotocol: "coinslot.v1")
      try await nonsense.send("hello")
      #expect(try await nonsense.next() == nil)
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 50)
      #expect(try await link.ack().word == .accepted)
    }
    #expect(log.disconnections >= 2)
  }

  @Test func aServerWithoutTheSubprotocolIsLeft() async throws {
    let listener = try TestListener()
    let log = Log()
    try await living(options(listener.port), log) { _ in
      let connection = try #require(await listener.accept())
      let socket = try await TestWebSocket.accept(connection, subprotocol: "coinslot.v2")
      #expect(try await socket.next() == nil)
      #expect(try await eventually { log.disconnections == 1 })
    }
    #expect(!log.all.contains(.connected))
  }

  @Test func aServerThatCannotProveItselfCommandsNothing() async throws {
    let listener = try TestListener()
    let log = Log()
    try await living(options(listener.port), log) { _ in
      let connection = try #require(await listener.accept())
      let socket = try await TestWebSocket.accept(connection, subprotocol: "coinslot.v1")
      var server = TestLinkServer(nonce: 1, nowMS: Clocks.steadyMS)
      try await socket.send(server.challenge)
      try server.take(Array(try #require(await socket.next()).utf8), nowMS: Clocks.steadyMS)
      var forged = try server.welcome()
      forged[0] = forged[0] == 0x30 ? 0x31 : 0x30
      try await socket.send(forged)
      #expect(try await socket.next() == nil)
    }
    #expect(!log.link.contains { if case .welcomed = $0 { true } else { false } })
  }

  @Test func outlivesAnAbsentServer() async throws {
    let listener = try TestListener()
    let log = Log()
    var options = options(listener.port)
    options.url = "ws://127.0.0.1:9/link"
    try await living(options, log) { _ in
      let keepsTrying = try await eventually { log.disconnections >= 3 }
      #expect(keepsTrying)
    }
  }

  // MARK: Faults

  @Test(arguments: VirtualDeviceOptions.CrashPoint.allCases)
  func diesWhereItIsTold(_ point: VirtualDeviceOptions.CrashPoint) async throws {
    let listener = try TestListener()
    let crashes = Log()
    var options = options(listener.port)
    options.faults.crashAfter = 2
    options.faults.crashPoint = point
    options.crash = { crashes.add(.ackDropped) }
    let end = try await living(options, toTheEnd: true) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 20)
      while try await link.ack().word != .done {}
      try await link.run(2, ms: 600_000)
      if point == .afterAck { #expect(try await link.ack().word == .accepted) }
      while try await link.socket.next() != nil {}
    }
    #expect(end is VirtualDevice.Died && crashes.all.count == 1)
    #expect(try trace().contains { $0["n"]?.int == 2 } == (point != .beforeOutput))

    // The next boot tells the truth about the number, and nothing of it runs by itself.
    options = self.options(listener.port)
    try await living(options) { _ in
      let link = try await Link(listener, nonce: 2, resuming: false)
      let report = try #require(link.server.hello?.channels.first)
      #expect(report.number == 2 && report.says.string == "unknown")
      try await link.run(2, ms: 600_000)
      let ack = try await link.ack()
      #expect(ack.word == .unknown && ack.again)
    }
    #expect(
      try trace().filter { $0["n"]?.int == 2 && $0["is"]?.string == "on" }.count == (point == .beforeOutput ? 0 : 1)
    )
  }

  @Test func aLostAckHeals() async throws {
    let listener = try TestListener()
    let log = Log()
    var options = options(listener.port)
    options.faults.dropAcks = 1
    try await living(options, log) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 600_000)
      #expect(try await link.socket.next() == nil)
      let second = try await Link(listener, nonce: 2)
      #expect(second.server.hello?.channels.first?.number == 1)
      try await second.run(1, ms: 600_000)
      let ack = try await second.ack()
      #expect(ack.word == .accepted)
    }
    #expect(log.all.contains(.ackDropped))
    #expect(try trace().filter { $0["is"]?.string == "on" }.count == 1)
  }

  @Test func aSlowDeviceIsSlow() async throws {
    let listener = try TestListener()
    var options = options(listener.port)
    options.faults.slowMS = 200
    try await living(options) { _ in
      let start = ContinuousClock.now
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 20)
      _ = try await link.ack()
      #expect(ContinuousClock.now - start >= .milliseconds(600))
    }
  }

  @Test func aDeviceThatForgotBeginsAtOne() async throws {
    let listener = try TestListener()
    var options = options(listener.port)
    try await living(options) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(5, ms: 600_000)
      _ = try await link.ack()
    }
    options.faults.forget = true
    try await living(options) { _ in
      let link = try await Link(listener, nonce: 2)
      #expect(link.server.hello?.boot == 1 && link.server.hello?.channels.first?.number == 0)
    }
  }

  @Test func aCloneRunsBesideItsOriginal() async throws {
    let listener = try TestListener()
    try await living(options(listener.port)) { _ in _ = try await Link(listener, nonce: 1) }
    var copy = options(listener.port)
    copy.faults.isClone = true
    copy.traceFile = nil
    try await living(options(listener.port)) { _ in
      let original = try await Link(listener, nonce: 2)
      try await living(copy) { _ in
        let clone = try await Link(listener, nonce: 3)
        #expect(original.server.hello?.boot == 2)
        // It read the flash after the original had booted, so it says the number that comes next.
        #expect(clone.server.hello?.boot == 3)
      }
    }
    // What the clone learnt it kept to itself.
    try await living(options(listener.port)) { _ in
      let link = try await Link(listener, nonce: 4)
      #expect(link.server.hello?.boot == 3)
    }
  }

  @Test func twoDevicesDoNotShareAFlash() async throws {
    let listener = try TestListener()
    try await living(options(listener.port)) { _ in
      _ = try await Link(listener, nonce: 1)
      let second = try VirtualDevice(options(listener.port))
      await #expect(throws: FlashError.inUse(folder + "/flash")) { try await second.run() }
    }
  }

  @Test(arguments: ["http://127.0.0.1/", "https://127.0.0.1/", "charger", "ws://", "wss://"])
  func refusesOtherAddresses(_ url: String) {
    var options = options(1)
    options.url = url
    #expect(throws: Refusal.self) { try VirtualDevice(options) }
  }

  @Test func theDevicesOwnLimitStands() async throws {
    let listener = try TestListener()
    var options = options(listener.port)
    options.configuration = TestLinkServer.configuration(maxOnMS: 100)
    try await living(options) { _ in
      let link = try await Link(listener, nonce: 1)
      try await link.run(1, ms: 600_000)
      #expect(try await link.ack().leftMS == 100)
      #expect(try await link.ack().word == .done)
    }
  }
}
