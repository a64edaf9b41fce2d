import DeviceWire
import Testing

/// The promises of the link's page, over random lives and over every place where the power can fail.
@Suite struct DeviceCorePropertyTests {
  /// One life that touches everything: pulses, long runs, extend, replace, stop, wait, reconnects.
  private func life(_ world: inout World) {
    func send(_ ms: UInt64, _ mode: Run.Mode = .new, once: Bool = true, waits: Bool = false) {
      let fresh = world.fresh()
      let run = Run(
        id: WireText("dsp_\(world.next)"),
        channel: 0,
        number: world.next,
        mode: mode,
        ms: ms,
        once: once,
        at: fresh.at,
        lifeMS: fresh.lifeMS,
        waits: waits
      )
      world.command(run)
      // A server whose device went silent connects again and sends the same number once more.
      if !world.isOnline {
        world.connect()
        let fresh = world.fresh()
        world.command(
          Run(
            id: run.id,
            channel: 0,
            number: run.number,
            mode: mode,
            ms: ms,
            once: once,
            at: fresh.at,
            lifeMS: fresh.lifeMS,
            waits: waits
          )
        )
      }
    }
    func pass(_ ms: Int64) {
      world.wait(ms)
      if !world.isOnline { world.connect() }
    }
    world.connect()
    send(500)
    pass(1_000)
    send(95_000)
    pass(40_000)
    send(60_000, .extend)
    pass(200_000)
    send(400, once: false)
    pass(1_000)
    send(70_000, once: false)
    pass(35_000)
    world.disconnect()
    world.connect()
    pass(60_000)
    send(300_000)
    pass(10_000)
    send(20_000, .replace)
    pass(5_000)
    world.stop(world.next)
    if !world.isOnline { world.connect() }
    for once in [true, false] {
      send(45_000, once: once, waits: true)
      let waiting = world.next - 1
      pass(3_000)
      world.go(waiting)
      pass(100_000)
    }
  }

  @Test func theLifeItselfIsSound() {
    var world = World(transport: .webSocket, cuts: [])
    life(&world)
    #expect(world.complaints == [])
    #expect(world.cutsHad == 0)
    // What was paid was given: all but what replace and stop took away.
    #expect(world.onMS == 500 + 155_000 + 400 + 70_000 + 10_000 + 5_000 + 2 * 45_000)
  }

  @Test(arguments: [nil, 0, 1, 16, 31] as [Int?])
  func powerMayFailBeforeEveryAction(_ tornBytes: Int?) {
    var whole = World(transport: .webSocket, cuts: [])
    life(&whole)
    for action in 0..<whole.actions {
      let cut = World.Cut(action: action, tornBytes: tornBytes)
      var world = World(transport: .webSocket, cuts: [cut])
      life(&world)
      #expect(world.complaints == [], "\(cut)")
      #expect(world.cutsHad == 1, "\(cut)")
    }
  }

  @Test func powerMayFailTwice() {
    var whole = World(transport: .mqtt, cuts: [])
    life(&whole)
    for first in 0..<whole.actions {
      for gap in [1, 2, 3, 5] {
        let cuts = [
          World.Cut(action: first, tornBytes: 12), World.Cut(action: first + gap, tornBytes: gap == 2 ? nil : 20),
        ]
        var world = World(transport: .mqtt, cuts: cuts)
        life(&world)
        #expect(world.complaints == [], "\(cuts)")
      }
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func randomLivesKeepThePromises(_ seed: UInt64) {
    var chance = Chance(seed: seed)
    var cuts: [World.Cut] = []
    var at = 0
    for _ in 0..<chance.next() % 12 {
      at += Int(chance.next() % 15)
      cuts.append(World.Cut(action: at, tornBytes: chance.isTrue(oneIn: 2) ? Int(chance.next() % 32) : nil))
    }
    var world = World(
      transport: chance.isTrue(oneIn: 2) ? .webSocket : .mqtt,
      cuts: cuts,
      maxOnMS: chance.pick([40_000, 3_600_000])
    )
    var sent: [Run] = []
    for _ in 0..<60 {
      if !world.isOnline { world.connect(resuming: !chance.isTrue(oneIn: 4)) }
      switch chance.next() % 12 {
      case 0...3:
        let fresh = world.fresh(chance.pick([0, 1, 500, 90_000]))
        let run = Run(
          id: WireText("dsp_\(world.next)"),
          channel: 0,
          number: world.next + chance.next() % 2,
          mode: chance.pick(Run.Mode.allCases),
          ms: chance.pick([1, 500, 29_999, 30_000, 30_001, 61_000, 4_000_000]),
          once: chance.isTrue(oneIn: 2),
          at: chance.isTrue(oneIn: 6) ? chance.next() % 12 : fresh.at,
          lifeMS: fresh.lifeMS,
          waits: chance.isTrue(oneIn: 6)
        )
        sent.append(run)
        world.command(run)
      case 4 where !sent.isEmpty:
        // The same number again, with a fresh life, rightly or under another id.
        let old = chance.pick(sent)
        let fresh = world.fresh()
        world.command(
          Run(
            id: chance.isTrue(oneIn: 4) ? "dsp_other" : old.id,
            channel: 0,
            number: old.number,
            mode: old.mode,
            ms: old.ms,
            once: old.once,
            at: fresh.at,
            lifeMS: fresh.lifeMS,
            waits: old.waits
          )
        )
      case 5: world.stop(chance.isTrue(oneIn: 3) ? max(1, world.next - 1) : world.next)
      case 6 where !sent.isEmpty: world.go(chance.pick(sent).number)
      case 7: world.disconnect()
      case 8: if chance.isTrue(oneIn: 3) { world.cutPower() }
      case 9: world.noise((0..<chance.next() % 60).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
      default: world.wait(chance.pick([1, 400, 5_000, 29_000, 30_000, 31_000, 75_000]))
      }
    }
    world.wait(100_000)
    #expect(world.complaints == [], "seed \(seed)")
    #expect(world.worstLossMS <= World.tickMS)
  }

  /// The checkers must see what they are there for: a device that forgets its flash breaks its promises.
  @Test func aWipedFlashIsNoticed() {
    var world = World(transport: .webSocket, cuts: [])
    world.connect()
    let fresh = world.fresh()
    let run = Run(
      id: "dsp_1",
      channel: 0,
      number: 1,
      mode: .new,
      ms: 500,
      once: true,
      at: fresh.at,
      lifeMS: fresh.lifeMS
    )
    world.command(run)
    world.wipe()
    world.cutPower()
    world.connect()
    let again = world.fresh()
    world.command(
      Run(id: run.id, channel: 0, number: 1, mode: .new, ms: 500, once: true, at: again.at, lifeMS: again.lifeMS)
    )
    #expect(world.complaints.contains { $0.contains("started twice") })
  }
}
