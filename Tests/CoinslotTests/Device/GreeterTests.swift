import Coinslot
import Testing

@Suite struct GreeterTests {
  let now = Fixture.now

  func receive(
    boot: UInt64 = 6,
    session: UInt64? = 1,
    key: UInt32 = 1,
    says: String = "idle",
    command: UInt64 = 0,
    left: UInt64? = nil,
    device: Device = Device(id: Fixture.device, title: "", boot: 5, epoch: 3, lastSeenMS: Fixture.now - 60_000),
    channel: Channel = Channel(id: Fixture.channel, next: 6, acknowledged: 0),
    dispatches: [Dispatch] = []
  ) -> Greeter.Verdict {
    let output = OutputState(number: 0, command: command, says: says, leftMS: left)
    return Greeter.receive(
      Greeting(
        device: Fixture.device,
        keySerial: key,
        boot: boot,
        session: session,
        firmware: "1.0",
        outputs: [output]
      ),
      books: Greeter.Books(
        device: device,
        channels: [channel],
        dispatches: dispatches,
        resumeWithinMS: [Fixture.slotID: 600_000]
      ),
      nowMS: now
    )
  }

  func order(_ verdict: Greeter.Verdict) -> Reception.Instruction.Order? {
    if case .welcome(_, let outputs) = verdict.reception { outputs.first?.order } else { nil }
  }

  @Test func aKnownDeviceIsWelcomeWithANewEpoch() {
    let verdict = receive()
    guard case .welcome(let epoch, _) = verdict.reception else { Issue.record("refused"); return }
    #expect(epoch == 4 && verdict.device.epoch == 4 && verdict.device.boot == 6 && verdict.alarms.isEmpty)
  }

  @Test(arguments: [Device.Standing.revoked, .quarantined])
  func theUntrustedAreRefused(_ standing: Device.Standing) {
    let verdict = receive(device: Device(id: Fixture.device, title: "", standing: standing))
    guard case .refuse = verdict.reception else { Issue.record("let in"); return }
  }

  @Test func anEndedKeyIsRefusedAndANewOneEndsTheOld() {
    let two = Device(id: Fixture.device, title: "", keySerials: [1, 2])
    #expect(receive(key: 2, device: two).device.keySerials == [2])
    #expect(receive(key: 1, device: two).device.keySerials == [1, 2])
    guard case .refuse = receive(key: 3, device: two).reception else { Issue.record("let in"); return }
  }

  @Test func aBootThatWentBackIsQuarantined() {
    let verdict = receive(boot: 4)
    guard case .refuse = verdict.reception else { Issue.record("let in"); return }
    #expect(verdict.device.standing == .quarantined && !verdict.alarms.isEmpty)
  }

  @Test func aNumberAboveOursHoldsTheOutputAndGoesOnAboveIt() {
    let verdict = receive(command: 9)
    #expect(verdict.channels.first?.next == 10 && verdict.channels.first?.heldBecause != nil)
    #expect(!verdict.alarms.isEmpty)
  }

  @Test func aDeviceThatForgotMakesOpenWorkUnknown() {
    let verdict = receive(
      command: 2,
      channel: Channel(id: Fixture.channel, next: 6, acknowledged: 4),
      dispatches: [Fixture.dispatch(.offered, number: 5), Fixture.dispatch(.waiting, sequence: 2)]
    )
    #expect(verdict.dispatches.map(\.outcome) == [.unknown])
    #expect(!verdict.alarms.isEmpty)
  }

  /// The same boot number and a session that was counted before, or not counted at all: new and erased look alike.
  @Test(arguments: [1, 2, nil] as [UInt64?])
  func aFlashErasedInItsFirstBootMakesOfferedWorkUnknown(_ session: UInt64?) {
    let verdict = receive(
      boot: 1,
      session: session,
      device: Device(id: Fixture.device, title: "", boot: 1, session: 2, epoch: 2, lastSeenMS: Fixture.now - 60_000),
      dispatches: [Fixture.dispatch(.offered, number: 1), Fixture.dispatch(.waiting, sequence: 2)]
    )
    #expect(verdict.dispatches.map(\.outcome) == [.unknown])
    #expect(verdict.device.session == session)
  }

  /// The order was lost with the link: it is sent again.
  @Test func aDeviceThatGoesOnInItsFirstBootForgotNothing() {
    let verdict = receive(
      boot: 1,
      session: 3,
      device: Device(id: Fixture.device, title: "", boot: 1, session: 2, epoch: 2, lastSeenMS: Fixture.now - 60_000),
      dispatches: [Fixture.dispatch(.offered, number: 1)]
    )
    #expect(verdict.dispatches.isEmpty && verdict.device.session == 3)
  }

  @Test func ashortOutageResumesTheLesserRest() {
    var run = Fixture.dispatch(.accepted, number: 5)
    run.leftMS = 300_000
    let channel = Channel(id: Fixture.channel, next: 6, acknowledged: 5)
    let verdict = receive(says: "paused", command: 5, left: 290_000, channel: channel, dispatches: [run])
    #expect(order(verdict) == .resume(leftMS: 290_000))
    let boast = receive(says: "paused", command: 5, left: 900_000, channel: channel, dispatches: [run])
    #expect(order(boast) == .resume(leftMS: 300_000))
  }

  @Test func aLongOutageDoesNot() {
    let device = Device(id: Fixture.device, title: "", boot: 5, lastSeenMS: now - 600_001)
    let verdict = receive(
      says: "paused",
      command: 5,
      left: 290_000,
      device: device,
      channel: Channel(id: Fixture.channel, next: 6, acknowledged: 5),
      dispatches: [Fixture.dispatch(.accepted, number: 5)]
    )
    #expect(order(verdict) == .stop)
  }

  @Test func whatNeverStoppedGoesOn() {
    let verdict = receive(
      boot: 5,
      says: "running",
      command: 5,
      left: 290_000,
      channel: Channel(id: Fixture.channel, next: 6, acknowledged: 5),
      dispatches: [Fixture.dispatch(.accepted, number: 5)]
    )
    #expect(order(verdict) == .ok)
  }

  @Test func anAnswerThatWasLostIsHeardInTheHello() {
    let verdict = receive(
      boot: 5,
      says: "running",
      command: 5,
      left: 290_000,
      dispatches: [Fixture.dispatch(.offered, number: 5)]
    )
    #expect(verdict.dispatches.map(\.state) == [.accepted])
    #expect(verdict.channels.first?.acknowledged == 5)
  }

  @Test func aPulseInterruptedBeforeItsActIsUnknown() {
    let verdict = receive(says: "unknown", command: 5, dispatches: [Fixture.dispatch(.offered, number: 5)])
    #expect(verdict.dispatches.map(\.outcome) == [.unknown])
  }
}
