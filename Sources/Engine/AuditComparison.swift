import Coinslot

/// Compares the books of one account with what a node lists, piece by piece.
///
/// First it is given all that the node tells, then all that the ledger has, in any order; who reads is somebody else.
/// Of each listed payment only a number made of its identity, and its amount, are held; past `bound` of them the
/// comparison goes on in one direction, and says so.
struct AuditComparison {
  /// Younger payments may be on one side only without anything being wrong, milliseconds.
  static let youngMS: Int64 = 120_000
  /// Payments of one account that are compared in both directions.
  static let bound = 500_000

  private(set) var result: AccountAudit
  private let bound: Int
  private let naming: Int
  private let beganAtMS: Int64
  /// Zero where the node did not tell the amount.
  private var listed: [Int: Amount] = [:]
  private var isCut = false

  /// A comparison that began at a moment and names at most `naming` payments of each kind.
  init(_ account: AccountAudit, beganAtMS: Int64, naming: Int = AuditReport.mostNamed, bound: Int = Self.bound) {
    result = account
    self.beganAtMS = beganAtMS
    self.naming = naming
    self.bound = bound
  }

  /// Takes a payment that the node lists; true where the ledger should have it and lacks it, which calls for a closer
  /// look and then for `lacks` or `isYoung`.
  mutating func take(_ line: StatementLine, isKnown: Bool) -> Bool {
    let key = Self.key(line.id)
    if let before = listed[key] {
      // Listed twice; one of them may tell what the other does not.
      if before == .zero, let amount = line.amount { listed[key] = amount }
      return false
    }
    if listed.count < bound { listed[key] = line.amount ?? .zero } else { isCut = true }
    result.listed.add(line.id, line.amount, naming: 0)
    if isKnown { return false }
    guard let least = result.least else {
      result.unwatched.add(line.id, line.amount, naming: 0)
      return false
    }
    if let amount = line.amount, amount < least {
      result.dust.add(line.id, amount, naming: 0)
      return false
    }
    return true
  }

  /// Counts a payment that the ledger lacks.
  mutating func lacks(_ id: PaymentID, _ amount: Amount?) {
    if let amount, let least = result.least, amount < least {
      result.dust.add(id, amount, naming: 0)
    } else {
      result.missing.add(id, amount, naming: naming)
    }
  }

  /// Counts one so young that the ledger may lack it.
  mutating func isYoung() { result.young += 1 }

  /// Takes a payment of the ledger, once all that the node lists was taken.
  mutating func take(_ record: PaymentRecord) {
    let payment = record.payment
    result.recorded.add(payment.id, payment.amount, naming: 0)
    guard let told = listed[Self.key(payment.id)] else {
      // What is older than our watching, or was taken back, is in no statement since the start.
      if isCut || record.standing == .beforeStart || record.standing == .reverted { return }
      if record.recordedAtMS > beganAtMS - Self.youngMS {
        result.young += 1
      } else {
        result.notListed.add(payment.id, payment.amount, naming: naming)
      }
      return
    }
    guard told != .zero, told != payment.amount else { return }
    result.differing += 1
    if result.differences.count < naming {
      result.differences.append(.init(id: payment.id, ledger: payment.amount, node: told))
    }
  }

  /// The end: what the pots hold before and after the payments were read, and what the node could not tell.
  mutating func end(before: [Standing: Amount], after: [Standing: Amount], gaps: [String]) {
    result.pots = after
    result.gaps = gaps
    if isCut { result.gaps.append("more than \(bound) payments: the rest was not looked for in the node's list") }
    let least = Self.sum(before), most = Self.sum(after)
    // What was recorded meanwhile may or may not have been read; money never leaves the pots.
    guard let least, let most, let read = result.recorded.sum, least <= read, read <= most else {
      result.sumTrouble = "the pots do not hold what the payments of the ledger add up to"
      return
    }
  }

  private static func sum(_ pots: [Standing: Amount]) -> Amount? {
    pots.values.reduce(Amount.zero) { sum, pot in sum.flatMap { $0.adding(pot) } }
  }

  /// Seeded anew in every process, so nobody can make two payments share one.
  private static func key(_ id: PaymentID) -> Int {
    var hasher = Hasher()
    hasher.combine(id)
    return hasher.finalize()
  }
}
