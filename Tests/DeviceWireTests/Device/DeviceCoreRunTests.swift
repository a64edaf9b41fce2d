import DeviceWire
import Testing

/// Runs, their order of write, output and answer, and how they end.
@Suite struct DeviceCoreRunTests {
  @Test func onceIsRememberedFirst() throws {
    var bench = try Bench.ready()
    #expect(
      try bench.tell(bench.run(42)) == [
        .wrote(.armed, n: 42, left: 570_000), .on(0), .ack(.accepted, n: 42, left: 600_000),
      ]
    )
  }

  @Test func repeatableActsFirst() throws {
    var bench = try Bench.ready()
    #expect(
      try bench.tell(bench.run(42, once: false)) == [
        .on(0), .wrote(.running, n: 42, left: 570_000), .ack(.accepted, n: 42, left: 600_000),
      ]
    )
  }

  @Test(arguments: [true, false])
  func timeIsWrittenOffBeforeEachTick(_ once: Bool) throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1, ms: 95_000, once: once))
    let steps = bench.wait(95_000).filter { !$0.isPing }
    #expect(
      steps == [
        .wrote(.running, n: 1, left: 35_000), .wrote(.running, n: 1, left: 5_000), .wrote(.running, n: 1, left: 0),
        .off(0), .wrote(.done, n: 1, left: 0), .ack(.done, n: 1),
      ]
    )
  }

  @Test func aPulseIsTwoWrites() throws {
    var bench = try Bench.ready()
    #expect(
      try bench.tell(bench.run(1, ms: 500)) == [
        .wrote(.armed, n: 1, left: 0), .on(0), .ack(.accepted, n: 1, left: 500),
      ]
    )
    #expect(bench.wait(499) == [])
    #expect(bench.wait(1) == [.off(0), .wrote(.done, n: 1, left: 0), .ack(.done, n: 1)])
    #expect(bench.wait(5_000) == [])
  }

  @Test func aLateTickStillEndsTheRun() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1, ms: 10_000))
    bench.now += 25_000
    #expect(Array(bench.tick().prefix(3)) == [.off(0), .wrote(.done, n: 1, left: 0), .ack(.done, n: 1)])
  }

  @Test func aFrameThatComesFirstFindsTheRunEnded() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1, ms: 10_000))
    bench.now += 10_000
    #expect(
      try bench.tell(bench.run(2, ms: 500, mode: .extend)) == [
        .off(0), .wrote(.done, n: 1, left: 0), .ack(.done, n: 1), .wrote(.armed, n: 2, left: 0), .on(0),
        .ack(.accepted, n: 2, left: 500),
      ]
    )
  }

  @Test func newIsBusyWhileSomethingRuns() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1))
    #expect(try bench.tell(bench.run(2)) == [.ack(.busy, n: 2)])
    // The number is not used up: the same command succeeds once the output is free.
    _ = bench.wait(600_000)
    #expect(try bench.tell(bench.run(2)).last == .ack(.accepted, n: 2, left: 600_000))
  }

  @Test(arguments: [true, false])
  func extendAddsWithoutSwitching(_ once: Bool) throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1))
    _ = bench.wait(10_000)
    #expect(
      try bench.tell(bench.run(2, ms: 60_000, mode: .extend, once: once)) == [
        .wrote(.running, n: 2, left: 620_000), .ack(.accepted, n: 2, left: 650_000),
      ]
    )
    let steps = bench.wait(650_000)
    #expect(Array(steps.suffix(3)).contains(.ack(.done, n: 2)))
    #expect(!steps.contains(.ack(.done, n: 1)), "the newest number speaks for all")
  }

  @Test func extendWithoutARunStartsOne() throws {
    var bench = try Bench.ready()
    #expect(
      try bench.tell(bench.run(2, ms: 60_000, mode: .extend)) == [
        .wrote(.armed, n: 2, left: 30_000), .on(0), .ack(.accepted, n: 2, left: 60_000),
      ]
    )
  }

  @Test func replaceTakesThePlace() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1))
    #expect(
      try bench.tell(bench.run(2, ms: 5_000, mode: .replace)) == [
        .wrote(.running, n: 2, left: 0), .ack(.accepted, n: 2, left: 5_000),
      ]
    )
    #expect(bench.wait(5_000) == [.off(0), .wrote(.done, n: 2, left: 0), .ack(.done, n: 2)])
  }

  @Test func theDevicesLimitStandsAboveEveryCommand() throws {
    var bench = try Bench.ready([ChannelConfiguration(number: 0, maxOnMS: 60_000)])
    #expect(
      try bench.tell(bench.run(1)) == [
        .wrote(.armed, n: 1, left: 30_000), .on(0), .ack(.accepted, n: 1, left: 60_000),
      ]
    )
    // Neither extend nor replace gets past it without a pause.
    _ = bench.wait(20_000)
    #expect(
      try bench.tell(bench.run(2, ms: Wire.greatest, mode: .extend)) == [
        .wrote(.running, n: 2, left: 10_000), .ack(.accepted, n: 2, left: 40_000),
      ]
    )
    #expect(try bench.tell(bench.run(3, ms: 59_999, mode: .replace)).last == .ack(.accepted, n: 3, left: 40_000))
    #expect(bench.wait(40_000).contains(.off(0)))
    // After a pause, however short, a new stretch begins.
    #expect(try bench.tell(bench.run(4)).last == .ack(.accepted, n: 4, left: 60_000))
  }

  @Test func runsGoOnWithoutTheLink() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1, ms: 40_000))
    #expect(bench.disconnect() == [])
    #expect(bench.outputs == [0])
    #expect(
      bench.wait(40_000) == [.wrote(.running, n: 1, left: 0), .off(0), .wrote(.done, n: 1, left: 0)],
      "nobody is there to hear of the end"
    )
    let (hello, steps) = try bench.greet()
    #expect(hello.channels == [ChannelReport(channel: 0, number: 1, says: "done", leftMS: 0)])
    #expect(steps == [])
  }

  @Test func outputsAreIndependent() throws {
    var bench = try Bench.ready([
      ChannelConfiguration(number: 0, maxOnMS: 60_000), ChannelConfiguration(number: 7, maxOnMS: 60_000),
    ])
    _ = try bench.tell(bench.run(5, ms: 10_000, c: 7))
    #expect(try bench.tell(bench.run(1, ms: 1_000)).last == .ack(.accepted, n: 1, left: 1_000))
    #expect(bench.outputs == [0, 7])
    #expect(bench.wait(1_000) == [.off(0), .wrote(.done, n: 1, left: 0), .ack(.done, n: 1)])
    #expect(bench.outputs == [7])
  }

  @Test func anOutputThatIsNotThereFails() throws {
    var bench = try Bench.ready()
    #expect(try bench.tell(bench.run(1, c: 3)) == [.ack(.failed, n: 1, c: 3)])
    #expect(try bench.tell(.stop(Stop(channel: 3, number: 1))) == [.ack(.failed, n: 1, c: 3)])
  }

  @Test func anOutputThatDoesNotSwitchFails() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1))
    #expect(
      bench.carryOut(bench.core.outputFailed(0, nowMS: bench.now)) == [
        .off(0), .wrote(.failed, n: 1, left: 600_000), .ack(.failed, n: 1, left: 600_000),
      ]
    )
    #expect(bench.carryOut(bench.core.outputFailed(0, nowMS: bench.now)) == [])
    #expect(try bench.tell(bench.run(1)) == [.ack(.failed, n: 1, left: 600_000, again: true)])
  }
}
