/// A world of its own: one thread, time that moves only when nothing is left to do, and chance that a seed repeats.
///
/// Whatever is ready runs in an order that the seed picks, so that each seed tries other interleavings; when nothing is
/// ready, time goes on to the next appointment.
///
/// `@unchecked Sendable`: only the thread that calls `step` ever touches it; all tasks inside run on that thread.
package final class World: @unchecked Sendable {
  /// The true time, milliseconds since 1970.
  package private(set) var nowMS: Int64
  /// How far the wall clock of the server's machine is off, milliseconds.
  package var wallAsideMS: Int64 = 0
  /// The one source of chance.
  package var chance: SeededRandom
  /// What happened.
  package let trace: Trace
  /// How many steps were made.
  package private(set) var steps = 0

  private var appointments: [Appointment] = []
  private var made: UInt64 = 0
  private var sleepers: [UInt64: UnsafeContinuation<Void, Never>] = [:]
  private var processes: [SimulatedProcess] = []

  private struct Appointment {
    let atMS: Int64
    let order: UInt64
    let body: () -> Void

    func isBefore(_ other: Appointment) -> Bool { (atMS, order) < (other.atMS, other.order) }
  }

  /// A world that a seed makes.
  package init(seed: UInt64, nowMS: Int64 = 1_800_000_000_000, trace: Trace) {
    self.nowMS = nowMS
    self.trace = trace
    chance = SeededRandom(seed: seed)
  }

  /// Writes a line into the trace.
  package func note(_ text: @autoclosure () -> String) { trace.note(atMS: nowMS, text()) }

  // MARK: Chance

  /// True once in `times`, on average; never for 0.
  package func once(in times: Int) -> Bool { times > 0 && Int.random(in: 0..<times, using: &chance) == 0 }
  /// A number of the range.
  package func pick(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &chance) }
  /// One of a few.
  package func oneOf<T>(_ first: T, _ others: T...) -> T {
    let place = Int.random(in: 0...others.count, using: &chance)
    return place == 0 ? first : others[place - 1]
  }
  /// Unpredictable bytes, but for the seed.
  package func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }
  }

  // MARK: Time

  /// Does something later.
  package func after(_ ms: Int64, _ body: @escaping () -> Void) {
    made += 1
    push(Appointment(atMS: nowMS + max(0, ms), order: made, body: body))
  }

  /// Returns after that much time, or when the task is cancelled.
  package func sleep(_ ms: Int64) async {
    made += 1
    let id = made
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume() }
        sleepers[id] = continuation
        after(ms) { [self] in wake(id) }
      }
    } onCancel: {
      wake(id)
    }
  }

  private func wake(_ id: UInt64) { sleepers.removeValue(forKey: id)?.resume() }

  // MARK: Steps

  func add(_ process: SimulatedProcess) { processes.append(process) }

  /// Does one thing; false where nothing is left to do, ever.
  package func step() -> Bool {
    steps += 1
    // The tasks of a dead process only unwind: nothing they do reaches anybody.
    for process in processes where process.isDead { process.unwind() }
    processes.removeAll { $0.isDead && $0.isIdle }
    let ready = processes.filter { !$0.isIdle && $0.frozenUntilMS <= nowMS }
    if !ready.isEmpty {
      ready[ready.count == 1 ? 0 : Int.random(in: 0..<ready.count, using: &chance)].runOne()
      return true
    }
    guard let next = pop() else { return false }
    nowMS = max(nowMS, next.atMS)
    next.body()
    return true
  }

  // MARK: A heap of appointments

  private func push(_ new: Appointment) {
    appointments.append(new)
    var i = appointments.count - 1
    while i > 0, appointments[i].isBefore(appointments[(i - 1) / 2]) {
      appointments.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  private func pop() -> Appointment? {
    guard let first = appointments.first, let last = appointments.popLast() else { return nil }
    guard !appointments.isEmpty else { return first }
    appointments[0] = last
    var i = 0
    while true {
      var least = i
      for child in [2 * i + 1, 2 * i + 2] where child < appointments.count {
        if appointments[child].isBefore(appointments[least]) { least = child }
      }
      guard least != i else { return first }
      appointments.swapAt(i, least)
      i = least
    }
  }
}

/// One program on the server's machine: its tasks run here, it can be held up, and it can die at any moment.
///
/// `@unchecked Sendable`: as `World`.
package final class SimulatedProcess: TaskExecutor, @unchecked Sendable {
  /// The world it lives in.
  package let world: World
  /// Whether it has died: its tasks are cancelled, and nobody hears of them any more.
  package private(set) var isDead = false
  /// Until when it is held up, as a suspended machine would be.
  package var frozenUntilMS: Int64 = 0

  private var jobs: [UnownedJob] = []
  private var calls: [() -> Void] = []
  private var tasks: [Task<Void, Never>] = []

  /// A program that begins now.
  package init(in world: World) {
    self.world = world
    world.add(self)
  }

  /// Takes a job of one of its tasks.
  package func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

  /// Runs something as one of its tasks.
  package func start(_ body: @escaping @Sendable () async -> Void) {
    guard !isDead else { return }
    tasks.append(Task(executorPreference: self) { await body() })
  }

  /// Something comes in from outside; those are taken in order.
  package func call(_ body: @escaping () -> Void) {
    if !isDead { calls.append(body) }
  }

  /// Ends it, at once.
  package func die() {
    guard !isDead else { return }
    isDead = true
    calls = []
    for task in tasks { task.cancel() }
    tasks = []
  }

  var isIdle: Bool { jobs.isEmpty && calls.isEmpty }

  func runOne() {
    let place = Int.random(in: 0..<jobs.count + (calls.isEmpty ? 0 : 1), using: &world.chance)
    if place < jobs.count { run(jobs.remove(at: place)) } else { calls.removeFirst()() }
  }

  func unwind() {
    while !jobs.isEmpty { run(jobs.removeFirst()) }
  }

  private func run(_ job: UnownedJob) { job.runSynchronously(on: asUnownedTaskExecutor()) }
}
