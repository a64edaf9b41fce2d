import Coinslot

/// What a device last showed of its outputs, to tell which pings can change anything in the books.
///
/// Most pings of most devices say what the ping before said; those cost no transaction.
struct ShownOutputs {
  /// How far what is left may stray from the expected countdown before it is news, milliseconds.
  static let toleranceMS: Int64 = 5_000

  private struct Known {
    var state: OutputState
    var atMS: Int64
    /// What was shown could not be recorded, so it is news when it is shown again.
    var isNews = false
    /// A number sent to the output that has no answer yet, and how long the books care.
    var unanswered: (number: UInt64, untilMS: Int64)?
  }

  private var known: [Known] = []

  /// What the device shows now.
  var latest: [OutputState] { known.map(\.state) }

  /// Takes what a hello showed; the greeting itself brings it into the books.
  mutating func greet(_ outputs: [OutputState], nowMS: Int64) {
    known = outputs.map { Known(state: $0, atMS: nowMS) }
  }

  /// A number was sent to an output: until it is answered, every ping matters.
  mutating func sent(_ number: UInt64, to output: UInt8, untilMS: Int64) {
    guard let i = index(of: output) else { return }
    known[i].unanswered = (number, untilMS)
  }

  /// The device settled a number by a word of its own.
  mutating func answered(_ number: UInt64, by output: UInt8) {
    guard let i = index(of: output), let waiting = known[i].unanswered, waiting.number <= number else { return }
    known[i].unanswered = nil
  }

  /// What an output showed could not be recorded.
  mutating func notRecorded(_ output: UInt8) {
    guard let i = index(of: output) else { return }
    known[i].isNews = true
  }

  /// Takes a ping; gives the outputs whose state could change the books.
  mutating func show(_ outputs: [OutputState], nowMS: Int64) -> [OutputState] {
    outputs.filter { output in
      guard let i = index(of: output.number) else {
        known.append(Known(state: output, atMS: nowMS))
        return true
      }
      let before = known[i]
      var now = Known(state: output, atMS: nowMS)
      if let waiting = before.unanswered, output.command < waiting.number, nowMS < waiting.untilMS {
        now.unanswered = waiting
      }
      known[i] = now
      return before.isNews || before.unanswered != nil || ShownOutputs.differs(output, from: before, nowMS: nowMS)
    }
  }

  private func index(of output: UInt8) -> Int? { known.firstIndex { $0.state.number == output } }

  private static func differs(_ output: OutputState, from before: Known, nowMS: Int64) -> Bool {
    guard output.command == before.state.command, output.says == before.state.says else { return true }
    guard let left = output.leftMS, let leftBefore = before.state.leftMS else {
      return output.leftMS != before.state.leftMS
    }
    let countedMS = output.says == "running" ? nowMS - before.atMS : 0
    let strayMS = Int64(clamping: left).subtractingReportingOverflow(max(0, Int64(clamping: leftBefore) - countedMS))
    return strayMS.overflow || abs(strayMS.partialValue) > toleranceMS
  }
}
