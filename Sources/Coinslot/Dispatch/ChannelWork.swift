/// Everything open on one output, looked at together: an answer to one number can end others.
public enum ChannelWork {
  /// What changes when a device says a word about a number.
  ///
  /// Runs add up on the device under the newest number, so when that one ends, the earlier ones end with it; a stop
  /// ends what ran as `partly`.
  ///
  /// `work` is the output's dispatches, lowest sequence first: all open ones, and the one the word names even where it
  /// has ended.
  public static func heard(_ answer: Answer, among work: [Dispatch], nowMS: Int64) -> [Dispatch] {
    guard let named = work.first(where: { $0.number == answer.number }) else { return [] }
    // An output that shows "stopped" under a stop's number says that the stop is done.
    let isStopped = named.command.mode == .stop && answer.word == .partly
    let answer =
      isStopped
      ? Answer(channel: answer.channel, number: answer.number, word: .done, leftMS: answer.leftMS) : answer
    guard let next = Delivery.heard(answer, for: named, nowMS: nowMS) else { return [] }
    return [next] + ended(before: next, among: work, leftMS: answer.leftMS, nowMS: nowMS)
  }

  /// What changes when a device shows the state of an output in a ping.
  public static func shown(_ output: OutputState, on channel: ChannelID, among work: [Dispatch], nowMS: Int64)
    -> [Dispatch]
  {
    // A lower number than ours proves nothing: the ping may have left before the run arrived. Asked again, the device
    // says `expired` itself.
    guard let word = Answer.Word(output: output) else { return [] }
    let answer = Answer(channel: channel, number: output.command, word: word, leftMS: output.leftMS)
    return heard(answer, among: work, nowMS: nowMS)
  }

  /// Whether the output can take `candidate` now.
  ///
  /// It can where no number is unanswered, nobody is earlier in line, and nothing runs where it wants to start anew. A
  /// stop waits for no line and for no answer but another stop's: whoever stops a machine must not wait for it to
  /// explain itself. The run it overtakes is answered `passed` if it was not heard of, and ends `unknown`.
  public static func isFree(for candidate: Dispatch, among work: [Dispatch]) -> Bool {
    for other in work where other.id != candidate.id && other.isOpen {
      if candidate.command.mode == .stop && other.command.mode != .stop { continue }
      if other.isUnanswered { return false }
      if other.state == .waiting && other.sequence < candidate.sequence { return false }
      if other.state == .accepted && candidate.command.mode == .new { return false }
    }
    return true
  }

  /// `candidate` with the output's next number, and the output as it then stands; nil where it may not be offered.
  ///
  /// It may where the session is the newest of a trusted device, its life is not over and the output is free for it. A
  /// held output gets nothing but a stop.
  public static func offer(
    _ candidate: Dispatch,
    to device: Device?,
    epoch: SessionEpoch,
    on channel: Channel,
    among work: [Dispatch],
    nowMS: Int64
  ) -> (offered: Dispatch, channel: Channel)? {
    guard candidate.state == .waiting, nowMS < candidate.deadlineMS else { return nil }
    guard let device, device.standing == .trusted, device.epoch == epoch else { return nil }
    guard channel.heldBecause == nil || candidate.command.mode == .stop, channel.next <= Channel.greatest,
      isFree(for: candidate, among: work)
    else { return nil }
    var offered = Delivery.sent(candidate, nowMS: nowMS)
    offered.state = .offered
    offered.number = channel.next
    var channel = channel
    channel.next += 1
    return (offered, channel)
  }

  /// What `wishes` truly change in `work`, each step from what stands to what shall stand.
  ///
  /// Of a wish only what may change in a dispatch's life counts; one for work that was not given is ignored, and so is
  /// one that changes nothing.
  public static func steps(to wishes: [Dispatch], from work: [Dispatch]) -> [(old: Dispatch, new: Dispatch)] {
    var standing = Dictionary(work.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return wishes.compactMap { wish in
      guard let old = standing[wish.id] else { return nil }
      let new = old.moved(as: wish)
      guard new != old else { return nil }
      standing[new.id] = new
      return (old, new)
    }
  }

  /// When the output will be free if all goes well, wall-clock milliseconds; nil where it is free now.
  public static func freeAtMS(_ work: [Dispatch], nowMS: Int64) -> Int64? {
    let runs = work.compactMap(\.endsAtMS).max()
    let waits = work.filter { $0.state == .waiting || $0.isUnanswered }.map { Int64(clamping: $0.command.ms) }
    guard runs != nil || !waits.isEmpty else { return nil }
    return waits.reduce(max(runs ?? nowMS, nowMS)) { $0.addingClamped($1) }
  }

  private static func ended(before newest: Dispatch, among work: [Dispatch], leftMS: UInt64?, nowMS: Int64)
    -> [Dispatch]
  {
    guard newest.state == .settled, let outcome = newest.outcome, let number = newest.number else { return [] }
    let running = work.filter { $0.state == .accepted && ($0.number ?? .max) < number }
    switch (newest.command.mode, outcome) {
    case (.stop, .done):
      return running.map { run in
        var stopped = run.ended(.partly, "stopped", atMS: nowMS)
        stopped.leftMS = leftMS ?? run.leftMS
        return stopped
      }
    case (.extend, .done), (.extend, .partly), (.extend, .unknown), (.replace, .done):
      guard newest.acceptedAtMS != nil else { return [] }
      return running.map { $0.ended(outcome, newest.reason, atMS: nowMS) }
    default: return []
    }
  }
}
