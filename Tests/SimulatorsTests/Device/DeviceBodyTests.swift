import DeviceWire
import Primitives
import Testing

@testable import Simulators

/// A virtual device that loses power at every step, in one thread and without a clock.
@Suite struct DeviceBodyTests {
  /// A world with one device, its flash, and a server that repeats what was not acknowledged.
  private final class World {
    let flash = TornFlash()
    var nowMS: Int64 = 1_000_000
    var stepsLeft = Int.max
    /// When the output was on, by number: from, to.
    var onTimes: [UInt64: Int64] = [:]
    var starts: [UInt64: Int] = [:]
    private var onSince: (number: UInt64, atMS: Int64)?
    private var body: DeviceBody?
    private var server: TestLinkServer?
    private var nonce: UInt64 = 0
    var cuts = 0

    var isDead: Bool { body?.isDead ?? true }
    var acks: [Ack] { server?.acks ?? [] }
    var hello: Hello? { server?.hello }

    func notice(_ notice: DeviceBody.Notice) {
      guard case .output(_, let isOn, let number, let id) = notice else { return }
      if isOn {
        onSince = (number, nowMS)
        // Going on after a cut is no second start.
        if id != nil { starts[number, default: 0] += 1 }
      } else {
        off()
      }
    }

    private func off() {
      guard let since = onSince else { return }
      onTimes[since.number, default: 0] += nowMS - since.atMS
      onSince = nil
    }

    private func survives() -> Bool {
      stepsLeft -= 1
      return stepsLeft >= 0
    }

    /// Power: the device boots, connects and is welcomed, unless it dies on the way.
    func power() throws {
      off()
      body = try DeviceBody(
        TestLinkServer.configuration(),
        flash: flash,
        nowMS: nowMS,
        wallMS: { 0 },
        survives: { [unowned self] in survives() },
        tell: { [unowned self] in notice($0) }
      )
      try act { try $0.start() }
      nonce += 1
      server = TestLinkServer(nonce: nonce, nowMS: nowMS)
      try act { try $0.connected(nowMS: self.nowMS) }
      try say(server?.challenge)
      guard server?.hello != nil else { return }
      try say(try server?.welcome())
    }

    /// A cut: what was on is off.
    func cut() {
      cuts += 1
      off()
      body = nil
    }

    func say(_ frame: [UInt8]?) throws {
      guard let frame else { return }
      try act { try $0.receive(frame, nowMS: self.nowMS) }
    }

    func run(_ number: UInt64, ms: UInt64, once: Bool, mode: Run.Mode = .new) throws {
      guard !isDead else { return }
      try say(try server?.run(number, "dsp_\(number)", ms: ms, once: once, mode: mode))
    }

    func wait(_ ms: Int64) throws {
      let end = nowMS + ms
      while nowMS < end, !isDead {
        nowMS = min(end, nowMS + 5_000)
        try act { try $0.tick(nowMS: self.nowMS) }
      }
    }

    private func act(_ happening: (DeviceBody) throws -> [DeviceBody.Errand]) throws {
      guard let body, !body.isDead else { return }
      for errand in try happening(body) {
        if case .send(let frame, _) = errand { try server?.take(frame, nowMS: nowMS) }
      }
    }
  }

  /// A flash whose write can be cut off in the middle.
  private final class TornFlash: DeviceFlash {
    private var places: [RecordPlace: [UInt8]] = [:]
    var writes = 0
    /// The write at which power fails, and after how many bytes.
    var tornWrite: (number: Int, bytes: Int)?
    var forgets = false

    struct Cut: Error {}

    func read(_ place: RecordPlace) -> [UInt8]? { forgets ? nil : places[place] }

    func write(_ bytes: [UInt8], at place: RecordPlace) throws {
      writes += 1
      guard let torn = tornWrite, torn.number == writes else {
        places[place] = bytes
        return
      }
      let old = places[place] ?? Array(repeating: 0xff, count: bytes.count)
      places[place] = Array(bytes.prefix(torn.bytes) + old.dropFirst(torn.bytes))
      throw Cut()
    }

    func erase() { places = [:] }
  }

  /// The life of one payment: run, sixty seconds of output, with power failing once; afterwards the server goes on
  /// repeating the same number until it has an outcome.
  private func life(_ world: World, once: Bool, cutsIn ms: UInt64 = 60_000) throws {
    var outcome: Ack.Word?
    for _ in 0..<12 where outcome == nil {
      do {
        try world.power()
        try world.run(1, ms: ms, once: once)
        try world.wait(Int64(ms) + 1_000)
      } catch is TornFlash.Cut {
        world.cut()
        continue
      }
      if world.isDead {
        world.cut()
        world.stepsLeft = .max
        continue
      }
      outcome = world.acks.last { $0.number == 1 && [.done, .unknown, .failed].contains($0.word) }?.word
    }
    #expect(outcome != nil)
  }

  @Test func withoutACutItRunsOnceAndToTheEnd() throws {
    let world = World()
    try life(world, once: true)
    #expect(world.starts == [1: 1] && world.onTimes == [1: 60_000] && world.cuts == 0)
  }

  @Test(arguments: [true, false], 0...24)
  func aCutAfterAnyStep(_ once: Bool, _ step: Int) throws {
    let world = World()
    world.stepsLeft = step
    try life(world, once: once)
    check(world, once: once, "step \(step)")
  }

  @Test(arguments: [true, false], 1...12)
  func aCutInTheMiddleOfAnyWrite(_ once: Bool, _ number: Int) throws {
    for bytes in [0, 1, 15, 31] {
      let world = World()
      world.flash.tornWrite = (number, bytes)
      try life(world, once: once)
      check(world, once: once, "write \(number), \(bytes) bytes")
    }
  }

  private func check(_ world: World, once: Bool, _ what: String) {
    let starts = world.starts[1] ?? 0
    #expect(once ? starts <= 1 : starts <= 2, "\(what): started \(starts) times")
    let onMS = world.onTimes[1] ?? 0
    // What is repeated may begin anew; what runs once never gives more than was paid.
    #expect(onMS <= (once ? 60_000 : 120_000), "\(what): on for \(onMS) ms")
    if starts > 0, world.cuts == 0 { #expect(onMS == 60_000, "\(what)") }
  }

  /// The check above can fail: on a flash that keeps nothing, what is to run once runs twice.
  @Test func aFlashThatForgetsIsFoundOut() throws {
    let world = World()
    world.flash.forgets = true
    try world.power()
    try world.run(1, ms: 60_000, once: true)
    world.cut()
    try world.power()
    try world.run(1, ms: 60_000, once: true)
    #expect(world.starts == [1: 2])
  }

  @Test func aRebootGoesOnWithTheTimeLeft() throws {
    let world = World()
    try world.power()
    try world.run(1, ms: 600_000, once: false)
    try world.wait(100_000)
    world.cut()
    world.nowMS += 5_000
    try world.power()
    let left = try #require(world.hello?.channels.first?.leftMS)
    // Three ticks are gone, and the fourth was written off in advance.
    #expect(left == 480_000)
    try world.wait(700_000)
    #expect(world.starts == [1: 1])
    #expect(world.onTimes == [1: 580_000])
  }

  @Test func aCopiedFlashShowsByItsBootNumber() throws {
    let original = MemoryFlash()
    func boot(_ flash: MemoryFlash) throws -> UInt64 {
      let body = try DeviceBody(TestLinkServer.configuration(), flash: flash, nowMS: 0)
      _ = try body.start()
      return body.boot
    }
    #expect(try boot(original) == 1)
    let copy = MemoryFlash(original.places)
    #expect(try boot(original) == 2)
    #expect(try boot(copy) == 2)
    original.erase()
    #expect(try boot(original) == 1)
  }

  // MARK: Faults

  private func accepted(_ faults: VirtualDeviceOptions.Faults, once: Bool = true) throws -> (
    DeviceBody, [DeviceBody.Errand], [DeviceBody.Notice]
  ) {
    var notices: [DeviceBody.Notice] = []
    let body = try DeviceBody(
      TestLinkServer.configuration(),
      flash: MemoryFlash(),
      faults: faults,
      nowMS: 0,
      tell: { notices.append($0) }
    )
    var server = TestLinkServer(nonce: 1, nowMS: 0)
    _ = try body.start()
    _ = try body.connected(nowMS: 0)
    for case .send(let frame, _) in try body.receive(server.challenge, nowMS: 0) { try server.take(frame, nowMS: 0) }
    _ = try body.receive(try server.welcome(), nowMS: 0)
    notices = []
    let errands = try body.receive(try server.run(1, "dsp_1", ms: 1_000, once: once), nowMS: 0)
    return (body, errands, notices)
  }

  private func hasSwitched(_ notices: [DeviceBody.Notice]) -> Bool {
    notices.contains { if case .output(0, isOn: true, _, _) = $0 { true } else { false } }
  }

  @Test(arguments: VirtualDeviceOptions.CrashPoint.allCases, [true, false])
  func diesWhereItIsTold(_ point: VirtualDeviceOptions.CrashPoint, _ once: Bool) throws {
    var faults = VirtualDeviceOptions.Faults()
    faults.crashAfter = 1
    faults.crashPoint = point
    let (body, errands, notices) = try accepted(faults, once: once)
    #expect(hasSwitched(notices) == (point != .beforeOutput))
    guard point != .afterAck else {
      #expect(errands.count == 1 && !body.isDead)
      guard case .send(_, dies: true) = errands.first else {
        Issue.record("does not die after its ack")
        return
      }
      return
    }
    #expect(body.isDead && errands.isEmpty)
    #expect(try body.tick(nowMS: 5_000).isEmpty && body.on == (point == .beforeOutput ? [] : [0]))
  }

  @Test func diesAtTheRunThatIsMeant() throws {
    var faults = VirtualDeviceOptions.Faults()
    faults.crashAfter = 2
    let (body, errands, _) = try accepted(faults)
    #expect(!body.isDead && errands.count == 1)
  }

  @Test func lostAcksLoseTheConnection() throws {
    var faults = VirtualDeviceOptions.Faults()
    faults.dropAcks = 1
    let (_, errands, notices) = try accepted(faults)
    #expect(errands == [.drop] && hasSwitched(notices))
  }
}
