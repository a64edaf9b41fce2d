import DeviceWire
import Testing

/// Numbers, stops, the life rule and `wait`.
@Suite struct DeviceCoreNumberTests {
  @Test func theSameNumberAndIdIsAnsweredAgain() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(7, ms: 10_000))
    _ = bench.wait(4_000)
    #expect(try bench.tell(bench.run(7, ms: 10_000)) == [.ack(.accepted, n: 7, left: 6_000, again: true)])
    _ = bench.wait(6_000)
    #expect(try bench.tell(bench.run(7, ms: 10_000)) == [.ack(.done, n: 7, again: true)])
    #expect(bench.outputs.isEmpty)
  }

  @Test func theSameNumberWithAnotherIdConflicts() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(7))
    #expect(try bench.tell(bench.run(7, id: "dsp_other")) == [.ack(.conflict, n: 7)])
    #expect(try bench.tell(.stop(Stop(channel: 0, number: 7))) == [.ack(.conflict, n: 7)])
    #expect(bench.outputs == [0])
  }

  @Test func aLowerNumberHasPassed() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(7, ms: 500))
    _ = bench.wait(500)
    #expect(try bench.tell(bench.run(6)) == [.ack(.passed, n: 6)])
    #expect(try bench.tell(.stop(Stop(channel: 0, number: 1))) == [.ack(.passed, n: 1)])
  }

  @Test func numbersMayLeap() throws {
    var bench = try Bench.ready()
    #expect(try bench.tell(bench.run(Wire.greatest, ms: 500)).last == .ack(.accepted, n: Wire.greatest, left: 500))
  }

  @Test func stopSwitchesOffFirstAndTakesANumber() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(8_000)
    #expect(
      try bench.tell(.stop(Stop(channel: 0, number: 43))) == [
        .off(0), .wrote(.done, n: 43, left: 592_000), .ack(.done, n: 43, left: 592_000),
      ]
    )
    #expect(try bench.tell(.stop(Stop(channel: 0, number: 43))) == [.ack(.done, n: 43, left: 592_000, again: true)])
    #expect(try bench.tell(bench.run(42)) == [.ack(.passed, n: 42)])
    #expect(bench.core.report() == [ChannelReport(channel: 0, number: 43, says: "done", leftMS: 592_000)])
    // What the stopped run did not get is told, never given.
    _ = bench.reboot()
    let (hello, steps) = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 592_000))])
    #expect(hello.channels == [ChannelReport(channel: 0, number: 43, says: "done", leftMS: 592_000)])
    #expect(steps == [])
  }

  @Test func stopWithNothingRunning() throws {
    var bench = try Bench.ready()
    #expect(
      try bench.tell(.stop(Stop(channel: 0, number: 1))) == [.wrote(.done, n: 1, left: 0), .ack(.done, n: 1)]
    )
    #expect(try bench.tell(bench.run(1)) == [.ack(.conflict, n: 1)])
    #expect(try bench.tell(bench.run(2, ms: 500)).last == .ack(.accepted, n: 2, left: 500))
  }

  @Test func lifeIsMeasuredFromTheFrameThatIsNamed() throws {
    var bench = try Bench.ready()
    // The hello was frame 1, sent at this very moment.
    bench.now += 89_999
    #expect(try bench.tell(bench.run(1, ms: 500, at: 1, life: 90_000)).last == .ack(.accepted, n: 1, left: 500))
    bench = try Bench.ready()
    bench.now += 90_000
    #expect(try bench.tell(bench.run(1, ms: 500, at: 1, life: 90_000)) == [.ack(.expired, n: 1)])
    #expect(bench.outputs.isEmpty)
    bench = try Bench.ready()
    #expect(try bench.tell(bench.run(1, ms: 500, at: 1, life: 0)) == [.ack(.expired, n: 1)])
  }

  @Test func whatIsExpiredStaysExpired() throws {
    var bench = try Bench.ready()
    bench.now += 1_000
    #expect(try bench.tell(bench.run(5, at: 1, life: 1_000)) == [.ack(.expired, n: 5)])
    // The server already flagged a refund: the same number must not start now, whatever life it is given.
    #expect(try bench.tell(bench.run(5, life: 90_000)) == [.ack(.expired, n: 5, again: true)])
    #expect(try bench.tell(bench.run(5, id: "dsp_other", life: 90_000)) == [.ack(.conflict, n: 5)])
    #expect(bench.core.report()[0].number == 0, "it was not taken")
    #expect(try bench.tell(bench.run(6, ms: 500)).last == .ack(.accepted, n: 6, left: 500))
    #expect(try bench.tell(bench.run(5)) == [.ack(.passed, n: 5)])
  }

  @Test func onlyTheLastEightFramesAreKnown() throws {
    var bench = try Bench.ready()
    for _ in 1...7 { _ = bench.wait(20_000) }
    // Frames 1 … 8 were sent: the hello and seven pings.
    #expect(bench.server?.heard?.counter == 8)
    #expect(try bench.tell(bench.run(1, ms: 500, at: 9)) == [.ack(.stale, n: 1)], "never sent")
    #expect(try bench.tell(bench.run(1, ms: 500, at: 0)) == [.ack(.stale, n: 1)])
    // Each answer is a frame too; now the oldest of the eight is 3.
    #expect(try bench.tell(bench.run(1, ms: 500, at: 2, life: 900_000)) == [.ack(.stale, n: 1)])
    #expect(try bench.tell(bench.run(1, ms: 500, at: 4, life: 900_000)).last == .ack(.accepted, n: 1, left: 500))
  }

  @Test func staleDoesNotUseUpTheNumber() throws {
    var bench = try Bench.ready()
    #expect(try bench.tell(bench.run(3, at: 77)) == [.ack(.stale, n: 3)])
    #expect(try bench.tell(bench.run(3, ms: 500)).last == .ack(.accepted, n: 3, left: 500))
  }

  @Test func framesOfAnEarlierSessionAreNotKnown() throws {
    var bench = try Bench.ready()
    _ = bench.wait(60_000)
    _ = bench.disconnect()
    _ = try bench.greet()
    #expect(try bench.tell(bench.run(1, at: 3)) == [.ack(.stale, n: 1)])
    #expect(try bench.tell(bench.run(1, ms: 500, at: 1)).last == .ack(.accepted, n: 1, left: 500))
  }

  @Test func waitStoresAndGoStarts() throws {
    var bench = try Bench.ready()
    #expect(
      try bench.tell(bench.run(9, ms: 60_000, waits: true)) == [
        .wrote(.waiting, n: 9, left: 60_000), .ack(.accepted, n: 9, left: 60_000),
      ]
    )
    #expect(bench.outputs.isEmpty)
    #expect(
      try bench.tell(bench.run(9, ms: 60_000, waits: true)) == [.ack(.accepted, n: 9, left: 60_000, again: true)]
    )
    #expect(
      try bench.tell(.go(Go(number: 9))) == [
        .wrote(.armed, n: 9, left: 30_000), .on(0), .ack(.accepted, n: 9, left: 60_000),
      ]
    )
    #expect(try bench.tell(.go(Go(number: 9))) == [.ack(.accepted, n: 9, left: 60_000, again: true)])
  }

  @Test func whatWaitedIsArmedFirstEvenIfRepeatable() throws {
    // Its number is written already: acting first could only turn a run that started into one called expired.
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(9, ms: 500, once: false, waits: true))
    #expect(
      try bench.tell(.go(Go(number: 9))) == [
        .wrote(.armed, n: 9, left: 0), .on(0), .ack(.accepted, n: 9, left: 500),
      ]
    )
  }

  @Test func whatWaitsTooLongExpires() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(9, life: 10_000, waits: true))
    #expect(bench.wait(9_999) == [])
    #expect(bench.wait(1) == [.wrote(.expired, n: 9, left: 0), .ack(.expired, n: 9)])
    #expect(try bench.tell(.go(Go(number: 9))) == [.ack(.expired, n: 9, again: true)])
    #expect(bench.outputs.isEmpty)
  }

  @Test func stopDropsWhatWaits() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(9, ms: 60_000, waits: true))
    #expect(
      try bench.tell(.stop(Stop(channel: 0, number: 10))) == [
        .wrote(.done, n: 10, left: 60_000), .ack(.done, n: 10, left: 60_000),
      ]
    )
    #expect(try bench.tell(.go(Go(number: 9))) == [.said(.unknown(Unknown(name: "go")))])
  }

  @Test func anOutputHoldsOneThingOnly() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1, waits: true))
    #expect(try bench.tell(bench.run(2)) == [.ack(.busy, n: 2)])
    #expect(try bench.tell(bench.run(2, mode: .extend)) == [.ack(.busy, n: 2)])
    #expect(try bench.tell(bench.run(2, waits: true)) == [.ack(.busy, n: 2)])
    #expect(try bench.tell(bench.run(2, ms: 500, mode: .replace)).last == .ack(.accepted, n: 2, left: 500))
    #expect(try bench.tell(bench.run(3, mode: .extend, waits: true)) == [.ack(.busy, n: 3)])
  }

  @Test func rebootForgetsHowLongItWaited() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(9, ms: 60_000, waits: true))
    _ = bench.reboot()
    let (hello, _) = try bench.greet()
    #expect(hello.channels == [ChannelReport(channel: 0, number: 9, says: "expired", leftMS: 0)])
    #expect(try bench.tell(.go(Go(number: 9))) == [.ack(.expired, n: 9, again: true)])
    #expect(try bench.tell(bench.run(9, ms: 60_000)) == [.ack(.expired, n: 9, again: true)])
    #expect(bench.outputs.isEmpty)
  }

  @Test func goInDoubtStartsNothing() throws {
    var bench = try Bench.ready([
      ChannelConfiguration(number: 0, maxOnMS: 60_000), ChannelConfiguration(number: 1, maxOnMS: 60_000),
    ])
    _ = try bench.tell(bench.run(4, ms: 500, waits: true))
    _ = try bench.tell(bench.run(4, ms: 500, c: 1, waits: true))
    #expect(try bench.tell(.go(Go(number: 4))) == [.said(.unknown(Unknown(name: "go")))])
    #expect(try bench.tell(.go(Go(number: 4, channel: 1))).contains(.on(1)))
    #expect(bench.outputs == [1])
    #expect(try bench.tell(.go(Go(number: 4))).contains(.on(0)), "only one is left that waits")
    #expect(try bench.tell(.go(Go(number: 5))) == [.said(.unknown(Unknown(name: "go")))])
  }
}
