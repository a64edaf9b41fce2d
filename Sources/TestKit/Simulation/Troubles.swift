/// What can go wrong in one simulated world; each seed draws its own mixture, so that some see one trouble at its worst
/// and others all of them together.
package struct Troubles: Hashable, Sendable {
  // The server
  var crashes = false
  var suspensions = false
  var ledgerFailures = false
  var delays = false
  var wallJumps = false
  // The node
  var nodeOutages = false
  var lies = false
  var hints = false
  var slowConfirmation = false
  // The link
  var drops = false
  var brokenMessages = false
  // The device
  var powerCuts = false
  var tornWrites = false
  var outputFailures = false
  var erasedFlash = false
  var clone = false
  // People
  var operators = false
  var restores = false

  /// None at all.
  init() {}

  /// A mixture drawn by chance.
  init(using chance: inout SeededRandom) {
    func flip(_ times: Int, _ chance: inout SeededRandom) -> Bool { Int.random(in: 0..<times, using: &chance) == 0 }
    crashes = flip(2, &chance)
    suspensions = flip(4, &chance)
    ledgerFailures = flip(3, &chance)
    delays = flip(2, &chance)
    wallJumps = flip(5, &chance)
    nodeOutages = flip(3, &chance)
    lies = flip(3, &chance)
    hints = flip(2, &chance)
    slowConfirmation = flip(3, &chance)
    drops = flip(2, &chance)
    brokenMessages = flip(3, &chance)
    powerCuts = flip(2, &chance)
    tornWrites = flip(3, &chance)
    outputFailures = flip(5, &chance)
    erasedFlash = flip(10, &chance)
    clone = flip(10, &chance)
    operators = flip(3, &chance)
    restores = flip(10, &chance)
  }

  /// The names of those that are there.
  var words: String {
    let named: [(String, Bool)] = [
      ("crashes", crashes), ("suspensions", suspensions), ("ledger-failures", ledgerFailures), ("delays", delays),
      ("wall-jumps", wallJumps), ("node-outages", nodeOutages), ("lies", lies), ("hints", hints),
      ("slow-confirmation", slowConfirmation), ("drops", drops), ("broken-messages", brokenMessages),
      ("power-cuts", powerCuts), ("torn-writes", tornWrites), ("output-failures", outputFailures),
      ("erased-flash", erasedFlash), ("clone", clone), ("operators", operators),
      ("restores", restores),
    ]
    return named.filter(\.1).map(\.0).joined(separator: " ")
  }
}

/// The troubles of one world as they are now: some at first, none once it has healed.
///
/// `@unchecked Sendable`: as `World`.
final class Weather: @unchecked Sendable {
  private(set) var now: Troubles

  init(_ troubles: Troubles) { now = troubles }

  func clear() { now = Troubles() }
}

/// A fault put into the product's surroundings on purpose: the checkers must find each.
package enum PlantedFault: String, CaseIterable, Sendable {
  /// Every tenth order leaves a second time under the next number.
  case sendsTwice
  /// An admission that returned is gone.
  case forgetsCommit
  /// Work leaves before its commit.
  case sendsBeforeCommit
  /// Orders leave with an hour more of life than they have.
  case ignoresDeadline
  /// A re-read passes a payment by.
  case passesBy
  /// What is not confirmed is taken for money.
  case trustsUnconfirmed
}
