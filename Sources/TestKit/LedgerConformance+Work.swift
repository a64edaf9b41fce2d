import Coinslot

extension LedgerConformance {
  static let work: [Case] = [
    Case("an offer needs the newest session and a free output") { suite in
      let ledger = try await suite.make()
      let old = try await ledger.install()
      let first = try await ledger.sell("A").dispatch
      let second = try await ledger.sell("B").dispatch
      let epoch = try await ledger.greet()
      try expect(epoch, is: old + 1)
      try expect(try await ledger.offer(first.id, epoch: old, nowMS: Sample.startMS), is: nil, "a replaced session")
      try expect(try await ledger.offer(first.id, epoch: epoch + 1, nowMS: Sample.startMS), is: nil)
      try expect(try await ledger.offer(second.id, epoch: epoch, nowMS: Sample.startMS), is: nil, "not its turn")
      let nobody = DispatchID(rawValue: "dsp_nobody")
      try expect(try await ledger.offer(nobody, epoch: epoch, nowMS: Sample.startMS), is: nil)
      let offered = try need(try await ledger.offer(first.id, epoch: epoch, nowMS: Sample.startMS + 3))
      try expect(offered.number, is: 1)
      try expect(offered.state, is: .offered)
      try expect(offered.attempts, is: 1)
      try expect(try await ledger.dispatch(first.id), is: offered)
      try expect(try await ledger.offer(first.id, epoch: epoch, nowMS: Sample.startMS), is: nil, "offered already")
      try expect(try await ledger.offer(second.id, epoch: epoch, nowMS: Sample.startMS), is: nil, "unanswered number")
      _ = try await ledger.hear(.accepted, 1)
      try expect(try need(try await ledger.offer(second.id, epoch: epoch, nowMS: Sample.startMS)).number, is: 2)
    },
    Case("who wants to start anew waits for what runs") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      _ = try await ledger.sell("A", work: Sample.work(.new), epoch: epoch)
      _ = try await ledger.hear(.accepted, 1)
      let next = try await ledger.sell("B", work: Sample.work(.new), epoch: epoch).dispatch
      try expect(next.number, is: nil)
      let stop = try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS)
      try expect(try need(try await ledger.offer(stop.id, epoch: epoch, nowMS: Sample.startMS)).number, is: 2)
      _ = try await ledger.hear(.done, 2, leftMS: 1_000)
      try expect(try need(try await ledger.offer(next.id, epoch: epoch, nowMS: Sample.startMS)).number, is: 3)
    },
    Case("nothing is offered after its life, to a device that may not work, or on a held output") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let dispatch = try await ledger.sell("A").dispatch
      let endMS = dispatch.deadlineMS
      try expect(try await ledger.offer(dispatch.id, epoch: epoch, nowMS: endMS), is: nil)
      _ = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.standing = .revoked }
      try expect(try await ledger.offer(dispatch.id, epoch: epoch, nowMS: Sample.startMS), is: nil)
      _ = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.standing = .trusted }
      try await ledger.hold(Sample.channel, because: "odd", nowMS: Sample.startMS)
      try expect(try await ledger.offer(dispatch.id, epoch: epoch, nowMS: Sample.startMS), is: nil)
      let stop = try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS)
      try expect(try need(try await ledger.offer(stop.id, epoch: epoch, nowMS: Sample.startMS)).number, is: 1)
      _ = try await ledger.hear(.done, 1)
      try await ledger.hold(Sample.channel, because: nil, nowMS: Sample.startMS)
      try expect(try need(try await ledger.offer(dispatch.id, epoch: epoch, nowMS: endMS - 1)).number, is: 2)
    },
    Case("of a crowd of offers one gets the output") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      var stops: [Dispatch] = []
      // Stops stand in no line, so each of them might be first.
      for _ in 0..<8 { stops.append(try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS)) }
      let numbers = try await withThrowingTaskGroup(of: UInt64?.self) { group in
        for stop in stops {
          for _ in 0..<4 {
            group.addTask { try await ledger.offer(stop.id, epoch: epoch, nowMS: Sample.startMS)?.number }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try expect(numbers.compactMap { $0 }, is: [1])
    },
    Case("a number is never given twice, whatever happens in between") { suite in
      var ledger = try await suite.make()
      var numbers: [UInt64] = []
      _ = try await ledger.install()
      for round in 0..<6 {
        ledger = try await suite.reopen(ledger)
        let epoch = try await ledger.greet(boot: UInt64(round + 1))
        let dispatch = try await ledger.sell("T\(round)", epoch: epoch).dispatch
        numbers.append(try need(dispatch.number))
        if round % 2 == 0 {
          _ = try await ledger.end(dispatch.id, .expired, "test")
        } else {
          _ = try await ledger.hear(.failed, try need(dispatch.number))
        }
      }
      try expect(numbers, is: [1, 2, 3, 4, 5, 6])
    },
    Case("numbers end at 2⁵³ − 1") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      let highest = OutputState(number: 0, command: Channel.greatest - 1, says: "idle", leftMS: nil)
      let epoch = try await ledger.greet(outputs: [highest])
      try await ledger.hold(Sample.channel, because: nil, nowMS: Sample.startMS)
      try expect(try await ledger.sell("A", epoch: epoch).dispatch.number, is: Channel.greatest)
      _ = try await ledger.hear(.done, Channel.greatest)
      try expect(try await ledger.sell("B", epoch: epoch).dispatch.number, is: nil)
    },
    Case("work that nobody paid for is bounded, and a stop fits beside it") { suite in
      let ledger = try await suite.make()
      let start = try await ledger.newestEvent()
      let test = try await ledger.add(Sample.work(.new, ms: 500), nowMS: Sample.startMS)
      try expect(test.sale, is: nil)
      try expect(test.slot, is: nil)
      try expect(test.state, is: .waiting)
      try expect(try await ledger.dispatch(test.id), is: test)
      try expect(try await ledger.eventTypes(after: start), is: ["dispatch.queued"])
      for _ in 1..<ChannelBounds.openWork { _ = try await ledger.add(Sample.work(), nowMS: Sample.startMS) }
      try await expectThrows(WorkshopRefusal.queueFull) {
        _ = try await ledger.add(Sample.work(), nowMS: Sample.startMS)
      }
      for _ in 0..<ChannelBounds.stops { _ = try await ledger.add(Sample.work(.stop), nowMS: Sample.startMS) }
      try await expectThrows(WorkshopRefusal.queueFull) {
        _ = try await ledger.add(Sample.work(.stop), nowMS: Sample.startMS)
      }
      let open = try await ledger.openWork(on: Sample.channel)
      try expect(open.count, is: ChannelBounds.openWork + ChannelBounds.stops)
      try expect(open.map(\.sequence), is: open.map(\.sequence).sorted())
      let other = ChannelID(device: Sample.device, number: 1)
      _ = try await ledger.add(Sample.work(on: other), nowMS: Sample.startMS)
      try expect(try await ledger.busyChannels(), is: [Sample.channel, other])
      try await ledger.endAll()
      try expect(try await ledger.busyChannels(), is: [other])
    },
    Case("a revision changes what it was given and nothing else") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let first = try await ledger.sell("A", epoch: epoch).dispatch
      let second = try await ledger.sell("B").dispatch
      let elsewhere = try await ledger.add(
        Sample.work(on: ChannelID(device: Sample.device, number: 1)),
        nowMS: Sample.startMS
      )
      let start = try await ledger.newestEvent()
      let seen = Notebook<[Dispatch]>()
      let none = try await ledger.revise(Sample.channel, naming: nil, nowMS: Sample.startMS + 1) { work in
        seen.note(work)
        return work + [elsewhere.ended(.done, nil, atMS: 0)]
      }
      try expect(none, is: [])
      try expect(seen.all, is: [[first, second]])
      try expect(try await ledger.newestEvent(), is: start)
      try expect(try await ledger.dispatch(elsewhere.id), is: elsewhere)
      let changed = try await ledger.revise(Sample.channel, naming: nil, nowMS: Sample.startMS + 1) { work in
        work.map { dispatch in
          var next = Delivery.sent(dispatch, nowMS: Sample.startMS + 1)
          next.number = 99
          return next
        }
      }
      try expect(changed.map(\.number), is: [1, nil])
      try expect(changed.map(\.attempts), is: [2, 1])
      try expect(try await ledger.dispatch(first.id), is: changed[0])
      try expect(try await ledger.newestEvent(), is: start, "sending again is no news")
    },
    Case("a named number is among the work even where it has ended") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let first = try await ledger.sell("A", epoch: epoch).dispatch
      _ = try await ledger.end(first.id, .unknown, "no_answer")
      let second = try await ledger.sell("B", epoch: epoch).dispatch
      for (number, wanted) in [(nil, [second.id]), (1, [first.id, second.id]), (2, [second.id]), (3, [second.id])]
        as [(UInt64?, [DispatchID])]
      {
        let seen = Notebook<[DispatchID]>()
        _ = try await ledger.revise(Sample.channel, naming: number, nowMS: Sample.startMS) { work in
          seen.note(work.map(\.id))
          return []
        }
        try expect(seen.all, is: [wanted])
      }
    },
    Case("what a device shows that it holds is acknowledged, and nothing else") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      _ = try await ledger.sell("A", epoch: epoch)
      try expect(try await ledger.acknowledged(), is: 0)
      _ = try await ledger.hear(.busy, 1)
      _ = try await ledger.hear(.stale, 1)
      _ = try await ledger.revise(Sample.channel, naming: nil, nowMS: Sample.startMS) { work in
        work.map { dispatch in
          var next = dispatch
          next.state = .doubt
          return next
        }
      }
      try expect(try await ledger.acknowledged(), is: 0)
      _ = try await ledger.hear(.expired, 1)
      try expect(try await ledger.acknowledged(), is: 0, "an order that came too late may never have been written down")
      _ = try await ledger.sell("B", epoch: epoch)
      _ = try await ledger.hear(.accepted, 2)
      try expect(try await ledger.acknowledged(), is: 2)
      _ = try await ledger.sell("C", epoch: epoch)
      _ = try await ledger.hear(.failed, 3)
      try expect(try await ledger.acknowledged(), is: 3)
      _ = try await ledger.hear(.done, 2)
      try expect(try await ledger.acknowledged(), is: 3, "it never goes back")
    },
  ]
}

extension Ledger {
  fileprivate func acknowledged() async throws -> UInt64 {
    try need(try await channels(of: Sample.device).first).acknowledged
  }
}
