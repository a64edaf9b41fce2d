import DeviceWire
import Testing

/// What is left after the power failed, and how it goes on.
@Suite struct DeviceCoreBootTests {
  @Test func theBootNumberRisesBeforeHello() throws {
    var bench = Bench()
    #expect(bench.boot() == [.off(0), .booted(1)])
    #expect(bench.reboot() == [.off(0), .booted(2)])
    #expect(bench.reboot() == [.off(0), .booted(3)])
    #expect(try bench.greet().hello.boot == 3)
  }

  @Test func aTornBootRecordDoesNotTurnBack() throws {
    var bench = Bench()
    _ = bench.boot()
    _ = bench.reboot()
    // The third write is cut short: the second still counts.
    let third = BootRecord(boot: 3)
    bench.flash[third.place] = Array(third.encoded().prefix(9))
    #expect(bench.reboot() == [.off(0), .booted(3)])
  }

  @Test func armedIsUnknown() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42, ms: 500))
    _ = bench.reboot()
    let (hello, steps) = try bench.greet()
    #expect(hello.channels == [ChannelReport(channel: 0, number: 42, says: "unknown", leftMS: 0)])
    #expect(steps == [])
    #expect(try bench.tell(bench.run(42, ms: 500)) == [.ack(.unknown, n: 42, again: true)])
    #expect(bench.outputs.isEmpty, "a second pulse would be the harm that `once` forbids")
    // Not even a mistaken resume can bring a pulse back: nothing is left of it.
    _ = bench.reboot()
    _ = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 500))])
    #expect(bench.outputs.isEmpty)
  }

  @Test func aLongRunThatWasArmedKeepsWhatIsSurelyLeft() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(10_000)
    _ = bench.reboot()
    let (hello, steps) = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 600_000))])
    #expect(hello.channels == [ChannelReport(channel: 0, number: 42, says: "unknown", leftMS: 570_000)])
    #expect(
      steps == [.wrote(.running, n: 42, left: 540_000), .on(0), .ack(.accepted, n: 42, left: 570_000)]
    )
  }

  @Test func nothingGoesOnBeforeTheWelcome() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    #expect(bench.reboot() == [.off(0), .booted(2)])
    _ = bench.connect()
    let hello = try bench.challenge()
    #expect(hello.channels == [ChannelReport(channel: 0, number: 42, says: "paused", leftMS: 540_000)])
    #expect(bench.outputs.isEmpty)
    #expect(
      try bench.tell(
        .welcome(Welcome(epoch: 2, channels: [Welcome.Instruction(channel: 0, order: .resume(leftMS: 500_000))]))
      )
        == [.wrote(.running, n: 42, left: 470_000), .on(0), .ack(.accepted, n: 42, left: 500_000)],
      "the lesser of device and ledger"
    )
  }

  @Test func theLesserIsTheDevices() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    _ = bench.reboot()
    let (_, steps) = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 560_000))])
    #expect(steps.last == .ack(.accepted, n: 42, left: 540_000))
  }

  @Test(arguments: [[], [Welcome.Instruction(channel: 0, order: .ok)]])
  func okLeavesItOff(_ orders: [Welcome.Instruction]) throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    _ = bench.reboot()
    let (_, steps) = try bench.greet(orders)
    #expect(steps == [])
    #expect(bench.outputs.isEmpty)
    // What is not resumed is not added to the next run either.
    #expect(try bench.tell(bench.run(43, ms: 500, mode: .extend)).last == .ack(.accepted, n: 43, left: 500))
  }

  @Test(arguments: [Welcome.Order.stop, .resume(leftMS: 0)])
  func stopForgetsWhatIsLeft(_ order: Welcome.Order) throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    _ = bench.reboot()
    let (_, steps) = try bench.greet([Welcome.Instruction(channel: 0, order: order)])
    #expect(steps == [.wrote(.stopped, n: 42, left: 540_000)])
    #expect(bench.core.report()[0].says == "stopped")
    _ = bench.reboot()
    let (hello, later) = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 540_000))])
    #expect(hello.channels[0].says == "stopped")
    #expect(later == [], "it does not come back")
  }

  @Test func stopAtAWelcomeSwitchesOffWhatRan() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.disconnect()
    let (hello, steps) = try bench.greet([Welcome.Instruction(channel: 0, order: .stop)])
    #expect(hello.channels[0].says == "running")
    #expect(steps == [.off(0), .wrote(.stopped, n: 42, left: 600_000)])
  }

  @Test func resumeOfWhatRunsOnlyShortens() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.disconnect()
    #expect(try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 700_000))]).steps == [])
    _ = bench.disconnect()
    #expect(
      try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 50_000))]).steps == [
        .wrote(.running, n: 42, left: 20_000)
      ]
    )
    #expect(bench.wait(50_000).contains(.off(0)))
  }

  @Test func aRunCutInItsLastTickIsDone() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42, ms: 40_000))
    _ = bench.wait(35_000)
    _ = bench.reboot()
    let (hello, _) = try bench.greet()
    #expect(hello.channels == [ChannelReport(channel: 0, number: 42, says: "done", leftMS: 0)])
    #expect(try bench.tell(bench.run(42, ms: 40_000)) == [.ack(.done, n: 42, again: true)])
  }

  @Test func aPausedRunIsAnsweredAsAccepted() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    _ = bench.reboot()
    _ = try bench.greet()
    #expect(try bench.tell(bench.run(42)) == [.ack(.accepted, n: 42, left: 540_000, again: true)])
    #expect(bench.outputs.isEmpty)
  }

  @Test func theLimitHoldsAfterABootToo() throws {
    var bench = try Bench.ready([ChannelConfiguration(number: 0, maxOnMS: 600_000)])
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    let kept = bench.flash
    bench = Bench([ChannelConfiguration(number: 0, maxOnMS: 60_000)], flash: kept)
    _ = bench.boot()
    let (_, steps) = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 540_000))])
    #expect(steps.last == .ack(.accepted, n: 42, left: 60_000))
    #expect(bench.wait(60_000).contains(.off(0)))
  }

  @Test func aloneOnlyWhereItIsSetUpSo() throws {
    var bench = try Bench.ready([ChannelConfiguration(number: 0, maxOnMS: 86_400_000, resumesAlone: true)])
    _ = try bench.tell(bench.run(42))
    _ = bench.wait(40_000)
    #expect(bench.reboot() == [.off(0), .booted(2), .wrote(.running, n: 42, left: 510_000), .on(0)])
    #expect(try bench.greet().hello.channels[0].says == "running")
    // What may not have started is never decided alone.
    bench = try Bench.ready([ChannelConfiguration(number: 0, maxOnMS: 86_400_000, resumesAlone: true)])
    _ = try bench.tell(bench.run(42))
    #expect(bench.reboot() == [.off(0), .booted(2)])
  }

  @Test func pullingThePlugEarnsNothing() throws {
    // Ten cuts, each in the middle of a tick: every cut costs at most one tick, none gives time.
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1))
    var onMS: Int64 = 0
    for _ in 0..<10 {
      _ = bench.wait(17_000)
      onMS += 17_000
      _ = bench.reboot()
      _ = try bench.greet([Welcome.Instruction(channel: 0, order: .resume(leftMS: 600_000))])
    }
    let left = Int64(bench.core.report()[0].leftMS ?? 0)
    #expect(onMS + left <= 600_000)
    #expect(onMS + left >= 600_000 - 10 * 30_000)
  }

  @Test func anotherOutputsRecordIsNotMine() throws {
    var bench = Bench()
    let foreign = ChannelRecord(channel: 5, sequence: 1, number: 77, id: 1, state: .running, leftMS: 1_000)
    bench.flash[.channel(0, slot: 1)] = foreign.encoded()
    _ = bench.reboot()
    #expect(try bench.greet().hello.channels == [ChannelReport(channel: 0, number: 0, says: "idle", leftMS: 0)])
  }
}
