import Coinslot

extension LedgerConformance {
  static let greetings: [Case] = [
    Case("a stranger is refused and leaves no trace") { suite in
      let ledger = try await suite.make()
      let verdict = try await ledger.receive(greeting(boot: 1), resumeWithinMS: [:], nowMS: Sample.startMS)
      try expect(verdict.reception, is: .refuse("no such device"))
      try expect(verdict.device.id, is: Sample.device)
      try expect(try await ledger.devices(), is: [])
      try expect(try await ledger.newestEvent(), is: 0)
      try expect(try await ledger.newestMoment(), is: nil)
    },
    Case("a device is added, renamed, changed and read back") { suite in
      var ledger = try await suite.make()
      let device = try await ledger.keep(Sample.device, title: "Charger", nowMS: Sample.startMS)
      try expect(device, is: Device(id: Sample.device, title: "Charger"))
      _ = try await ledger.keep(Sample.name("a-lamp"), title: "Lamp", nowMS: Sample.startMS)
      let renamed = try await ledger.keep(Sample.device, title: "Gate", nowMS: Sample.startMS)
      try expect(renamed, is: Device(id: Sample.device, title: "Gate"))
      let changed = try await ledger.change(Sample.device, nowMS: Sample.startMS) {
        $0.keySerials = [1, 2, .max]
        $0.boot = .max
        $0.session = 7
        $0.epoch = .max - 1
        $0.firmware = "2.0"
        $0.lastSeenMS = Sample.startMS
        $0.standing = .revoked
      }
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.device(Sample.device), is: changed)
      try expect(try await ledger.devices().map(\.id.rawValue), is: ["a-lamp", "charger-1"])
      let trusted = try await ledger.keep(Sample.device, title: "Gate", nowMS: Sample.startMS)
      try expect(trusted.standing, is: .trusted)
      try expect(trusted.boot, is: .max)
      let quarantined = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.standing = .quarantined }
      try expect(quarantined?.standing, is: .quarantined)
      let still = try await ledger.keep(Sample.device, title: "Gate", nowMS: Sample.startMS)
      try expect(still.standing, is: .quarantined, "only what was revoked is trusted by adding it again")
      try expect(try await ledger.change(Sample.name("nobody"), nowMS: 0) { $0.boot = 1 }, is: nil)
      try expect(try await ledger.device(Sample.name("nobody")), is: nil)
      try expect(
        try await ledger.eventTypes(after: 0),
        is: [
          "device.added", "device.added", "device.renamed", "device.revoked", "device.keys_changed", "device.trusted",
          "device.quarantined",
        ]
      )
    },
    Case("each greeting is a new session, and its number outlives the server") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.install(), is: 1)
      try expect(try await ledger.greet(boot: 1), is: 2)
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.greet(boot: 3, nowMS: Sample.startMS + 4), is: 3)
      let device = try need(try await ledger.device(Sample.device))
      try expect(device.boot, is: 3)
      try expect(device.firmware, is: "1.0")
      try expect(device.lastSeenMS, is: Sample.startMS + 4)
    },
    Case("a device that may not work is refused") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      for standing in [Device.Standing.revoked, .quarantined] {
        _ = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.standing = standing }
        let before = try await ledger.device(Sample.device)
        let verdict = try await ledger.receive(greeting(boot: 5), resumeWithinMS: [:], nowMS: Sample.startMS + 9)
        try expect(verdict.reception, is: .refuse("device is \(standing.rawValue)"))
        try expect(try await ledger.device(Sample.device), is: before)
      }
    },
    Case("the greeting with a newer key ends the older ones") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.keep(Sample.device, title: "Charger", nowMS: Sample.startMS)
      let verdict = try await ledger.receive(greeting(boot: 1, key: 2), resumeWithinMS: [:], nowMS: Sample.startMS)
      try expect(verdict.reception, is: .refuse("key serial is not valid"))
      try expect(try need(try await ledger.device(Sample.device)).epoch, is: 0)
      _ = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.keySerials = [1, 2] }
      _ = try await ledger.greet(key: 1)
      try expect(try need(try await ledger.device(Sample.device)).keySerials, is: [1, 2])
      _ = try await ledger.greet(key: 2)
      try expect(try need(try await ledger.device(Sample.device)).keySerials, is: [2])
      try expect(try await ledger.eventTypes(after: 0).filter { $0 == "device.keys_changed" }.count, is: 2)
    },
    Case("a boot number that goes back is a copy: quarantine and alarm") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      _ = try await ledger.greet(boot: 9)
      let start = try await ledger.newestEvent()
      let verdict = try await ledger.receive(greeting(boot: 8), resumeWithinMS: [:], nowMS: Sample.startMS)
      try expect(verdict.reception, is: .refuse("boot number went back"))
      let device = try need(try await ledger.device(Sample.device))
      try expect(device.standing, is: .quarantined)
      try expect(device.boot, is: 9)
      try expect(device.epoch, is: 2)
      try expect(try await ledger.eventTypes(after: start), is: ["device.quarantined", "device.alarm"])
    },
    Case("a device that forgot its numbers leaves its open work unknown") { suite in
      let ledger = try await suite.make()
      var epoch = try await ledger.install()
      _ = try await ledger.sell("A", epoch: epoch)
      _ = try await ledger.hear(.done, 1)
      let (once, _) = try await ledger.sell("B", epoch: epoch)
      _ = try await ledger.hear(.accepted, 2, leftMS: 60_000)
      let waiting = try await ledger.sell("C").dispatch
      let start = try await ledger.newestEvent()
      epoch = try await ledger.greet(boot: 2, outputs: [OutputState(number: 0, command: 0, says: "idle", leftMS: nil)])
      let sale = try need(try await ledger.sale(once.id))
      try expect(sale.outcome, is: .unknown)
      try expect(sale.reason, is: "device_forgot")
      try expect(try await ledger.standing(of: "B"), is: .sold)
      try expect(try await ledger.openWork(on: Sample.channel).map(\.id), is: [waiting.id])
      try expect(
        try await ledger.eventTypes(after: start),
        is: ["dispatch.unknown", "sale.unknown", "device.alarm"]
      )
      try expect(try need(try await ledger.offer(waiting.id, epoch: epoch, nowMS: Sample.startMS)).number, is: 3)
    },
    Case("a device that knows more than the ledger holds its output") { suite in
      var ledger = try await suite.make()
      _ = try await ledger.install()
      let start = try await ledger.newestEvent()
      let ahead = OutputState(number: 0, command: 41, says: "done", leftMS: nil)
      let epoch = try await ledger.greet(outputs: [ahead])
      let channel = try need(try await ledger.channels(of: Sample.device).first)
      try expect(channel.next, is: 42)
      try expect(channel.heldBecause != nil, "it is held")
      try expect(try await ledger.eventTypes(after: start), is: ["channel.held", "device.alarm"])
      ledger = try await suite.reopen(ledger)
      let dispatch = try await ledger.sell("A", epoch: epoch).dispatch
      try expect(dispatch.number, is: nil)
      try await ledger.hold(Sample.channel, because: nil, nowMS: Sample.startMS)
      try expect(try need(try await ledger.offer(dispatch.id, epoch: epoch, nowMS: Sample.startMS)).number, is: 42)
    },
    Case("what an output shows of its number is taken as an answer") { suite in
      let table: [(String, Dispatch.State, Outcome?)] = [
        ("running", .accepted, nil), ("done", .settled, .done), ("failed", .settled, .failed),
        ("unknown", .settled, .unknown), ("stopped", .settled, .partly), ("idle", .offered, nil),
      ]
      for (says, state, outcome) in table {
        let ledger = try await suite.make()
        let epoch = try await ledger.install()
        let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
        _ = try await ledger.greet(boot: 2, outputs: [OutputState(number: 0, command: 1, says: says, leftMS: 30_000)])
        let heard = try need(try await ledger.dispatch(dispatch.id))
        try expect(heard.state, is: state, says)
        try expect(heard.outcome, is: outcome, says)
        try expect(try need(try await ledger.sale(sale.id)).outcome, is: sale.following(heard).outcome, says)
        let acknowledged = try need(try await ledger.channels(of: Sample.device).first).acknowledged
        try expect(acknowledged, is: says == "idle" ? 0 : 1, says)
      }
    },
    Case("a greeting corrects even what had ended") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
      _ = try await ledger.end(dispatch.id, .expired, "test")
      try expect(try await ledger.standing(of: "A"), is: .refundDue)
      _ = try await ledger.greet(outputs: [OutputState(number: 0, command: 1, says: "done", leftMS: nil)])
      try expect(try need(try await ledger.sale(sale.id)).outcome, is: .done)
      try expect(try await ledger.standing(of: "A"), is: .sold)
    },
    Case("after a short outage a run goes on, after a long one it does not") { suite in
      for (outageMS, order) in [
        (599_999, Reception.Instruction.Order.resume(leftMS: 20_000)), (600_001, .stop),
      ] as [(Int64, Reception.Instruction.Order)] {
        let ledger = try await suite.make()
        let epoch = try await ledger.install()
        _ = try await ledger.sell("A", epoch: epoch)
        _ = try await ledger.hear(.accepted, 1, leftMS: 20_000)
        let verdict = try await ledger.receive(
          greeting(boot: 2, outputs: [OutputState(number: 0, command: 1, says: "running", leftMS: 30_000)]),
          resumeWithinMS: [Sample.slot: 600_000],
          nowMS: Sample.startMS + outageMS
        )
        try expect(
          verdict.reception,
          is: .welcome(epoch: 2, outputs: [Reception.Instruction(number: 0, order: order)]),
          "\(outageMS)"
        )
      }
    },
    Case("an output is held and released, each told once") { suite in
      var ledger = try await suite.make()
      try await ledger.hold(Sample.channel, because: nil, nowMS: Sample.startMS)
      try expect(try await ledger.channels(of: Sample.device), is: [])
      for _ in 0..<2 { try await ledger.hold(Sample.channel, because: "odd", nowMS: Sample.startMS) }
      ledger = try await suite.reopen(ledger)
      try expect(
        try await ledger.channels(of: Sample.device),
        is: [Channel(id: Sample.channel, heldBecause: "odd")]
      )
      for _ in 0..<2 { try await ledger.hold(Sample.channel, because: nil, nowMS: Sample.startMS) }
      try expect(try await ledger.channels(of: Sample.device), is: [Channel(id: Sample.channel)])
      try expect(try await ledger.eventTypes(after: 0), is: ["channel.held", "channel.released"])
    },
  ]

  private static func greeting(boot: UInt64, key: UInt32 = 1, outputs: [OutputState] = []) -> Greeting {
    Greeting(device: Sample.device, keySerial: key, boot: boot, session: nil, firmware: "1.0", outputs: outputs)
  }
}
