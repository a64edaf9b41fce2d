package import NIOCore

/// Keeps the time limits of many connections with one timer per event loop.
///
/// A timer or a task for each connection would cost more than an idle connection itself. Every round walks all
/// connections of a loop, so a limit ends up to two rounds late, never early.
package final class ConnectionSweeper: Sendable {
  private let loops: [ObjectIdentifier: SweptLoop]

  /// A sweeper for the loops of a group, going round every `everyMS` milliseconds.
  ///
  /// - Parameters:
  ///   - group: The event loops.
  ///   - everyMS: Milliseconds between two rounds.
  ///   - clock: Milliseconds of a monotonic clock; by default the event loop's own.
  package init(group: any EventLoopGroup, everyMS: Int64 = 1_000, clock: (@Sendable () -> Int64)? = nil) {
    precondition(everyMS > 0)
    var loops: [ObjectIdentifier: SweptLoop] = [:]
    for loop in group.makeIterator() {
      loops[ObjectIdentifier(loop)] = SweptLoop(loop, everyMS: everyMS, clock: clock)
    }
    self.loops = loops
    for loop in loops.values { loop.eventLoop.execute { loop.start() } }
  }

  /// Ends the timers; the connections stay as they are.
  package func stop() {
    for loop in loops.values { loop.eventLoop.execute { loop.stop() } }
  }

  /// Asks every connection to end politely: idle ones at once, others after what they are doing.
  package func drain() {
    for loop in loops.values { loop.eventLoop.execute { loop.drain() } }
  }

  /// Ends every connection now.
  package func dropAll() {
    for loop in loops.values { loop.eventLoop.execute { loop.dropAll() } }
  }

  /// Goes round once, out of turn, and returns when it has been everywhere.
  func goRound() async {
    for loop in loops.values {
      try? await loop.eventLoop.flatSubmit {
        let promise = loop.eventLoop.makePromise(of: Void.self)
        loop.sweep { promise.succeed() }
        return promise.futureResult
      }.get()
    }
  }

  /// What is swept on one loop, which must be one of the group's.
  func loop(of eventLoop: any EventLoop) -> SweptLoop {
    guard let loop = loops[ObjectIdentifier(eventLoop)] else {
      preconditionFailure("a connection on an event loop that this sweeper does not know")
    }
    return loop
  }
}

/// A connection whose limits the sweeper keeps; all calls come on its event loop.
protocol Sweepable: AnyObject {
  /// Its place in the list; -1 where it is in none. Only the list writes it.
  var sweepIndex: Int { get set }

  /// Look whether a limit has passed.
  func sweep(nowMS: Int64)

  /// End politely.
  func drain()

  /// End now.
  func drop()
}

/// The connections of one event loop, and a coarse clock that costs them nothing.
///
/// Unchecked: everything in it is touched on its event loop only.
final class SweptLoop: @unchecked Sendable {
  let eventLoop: any EventLoop
  let everyMS: Int64
  private let clock: (@Sendable () -> Int64)?
  private var members: [any Sweepable] = []
  private var timer: RepeatedTask?

  /// Milliseconds of the loop's monotonic clock when the last round began.
  private(set) var nowMS: Int64 = 0

  init(_ eventLoop: any EventLoop, everyMS: Int64, clock: (@Sendable () -> Int64)?) {
    self.eventLoop = eventLoop
    self.everyMS = everyMS
    self.clock = clock
  }

  deinit { timer?.cancel() }

  /// When a limit that starts now has surely passed.
  func deadlineMS(after limitMS: Int64) -> Int64 { nowMS + everyMS + limitMS }

  func start() {
    readClock()
    let every = TimeAmount.milliseconds(everyMS)
    timer = eventLoop.scheduleRepeatedTask(initialDelay: every, delay: every) { [weak self] _ in self?.sweep() }
  }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  func add(_ member: any Sweepable) {
    eventLoop.preconditionInEventLoop()
    guard member.sweepIndex < 0 else { return }
    // A connection may come before the timer's first round.
    if nowMS == 0 { readClock() }
    member.sweepIndex = members.count
    members.append(member)
  }

  func remove(_ member: any Sweepable) {
    eventLoop.preconditionInEventLoop()
    let index = member.sweepIndex
    guard index >= 0, let last = members.popLast() else { return }
    if index < members.count {
      members[index] = last
      last.sweepIndex = index
    }
    member.sweepIndex = -1
  }

  func drain() { forEach { $0.drain() } }

  func dropAll() { forEach { $0.drop() } }

  /// The fewest connections that are looked at before others on the loop have their turn: a thousand that end at the
  /// same moment must not keep those waiting who mean well.
  static let slice = 8
  /// The pause between two slices.
  ///
  /// A loop looks for what its sockets have only when nothing is due at once.
  static let pause = TimeAmount.microseconds(250)

  /// Looks at all, a slice a turn, so that a round takes half the time until the next; `done` is called after the last.
  func sweep(then done: (() -> Void)? = nil) {
    readClock()
    let slices = max(1, Int(everyMS * 1_000_000 / 2 / SweptLoop.pause.nanoseconds))
    let size = max(SweptLoop.slice, (members.count + slices - 1) / slices)
    sweep(size, below: members.count, nowMS: nowMS, then: done)
  }

  private func sweep(_ size: Int, below end: Int, nowMS: Int64, then done: (() -> Void)?) {
    var i = end, left = size
    while i > 0, left > 0 {
      i = min(i, members.count) - 1
      left -= 1
      if i >= 0 { members[i].sweep(nowMS: nowMS) }
    }
    guard i > 0 else {
      done?()
      return
    }
    eventLoop.assumeIsolated().scheduleTask(in: SweptLoop.pause) {
      self.sweep(size, below: i, nowMS: nowMS, then: done)
    }
  }

  /// From the end, because a member that leaves has its place taken by the last one, which was seen already.
  private func forEach(_ body: (any Sweepable) -> Void) {
    var i = members.count
    while i > 0 {
      i = min(i, members.count) - 1
      if i >= 0 { body(members[i]) }
    }
  }

  private func readClock() { nowMS = clock?() ?? Int64(eventLoop.now.uptimeNanoseconds / 1_000_000) }
}
