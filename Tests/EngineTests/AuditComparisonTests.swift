import Coinslot
import TestKit
import Testing

@testable import Engine

/// The pure comparison.
struct AuditComparisonTests {
  private static let account = Account(chain: .nanoSim, canonical: "nano_shop")
  private static let nowMS: Int64 = 1_800_000_000_000

  private func comparison(bound: Int = 100, naming: Int = 100) -> AuditComparison {
    let account = AccountAudit(account: Self.account, asset: .nano, sinceMS: 0, least: Amount(10))
    return AuditComparison(account, beganAtMS: Self.nowMS, naming: naming, bound: bound)
  }

  private func line(_ name: String, _ units: UInt128? = 100) -> StatementLine {
    StatementLine(id: PaymentID(chain: .nanoSim, transaction: name), amount: units.map { Amount($0) })
  }

  private func record(_ name: String, _ standing: Standing = .sold, units: UInt128 = 100, ageMS: Int64 = 600_000)
    -> PaymentRecord
  {
    PaymentRecord(
      name: "pay_\(name)",
      payment: Payments.make(
        name,
        chain: .nanoSim,
        account: Self.account,
        amount: Amount(units),
        earliestAtMS: Self.nowMS - ageMS
      ),
      standing: standing,
      reason: nil,
      recordedAtMS: Self.nowMS - ageMS,
      sale: nil
    )
  }

  @Test func pastTheBoundItGoesOnInOneDirectionAndSaysSo() {
    var comparison = comparison(bound: 3)
    for number in 0..<5 {
      let isOpen = comparison.take(line("P\(number)"), isKnown: true)
      #expect(!isOpen)
    }
    for number in 0..<6 { comparison.take(record("P\(number)")) }
    comparison.end(before: [.sold: Amount(600)], after: [.sold: Amount(600)], gaps: [])
    let result = comparison.result
    #expect(result.isExplained && result.notListed.count == 0 && result.gaps.count == 1)
  }

  @Test(arguments: [(Standing.sold, 1), (.held, 1), (.refundDue, 1), (.beforeStart, 0), (.reverted, 0)])
  func whatTheNodeNeedNotListIsNotAskedFor(_ standing: Standing, _ count: Int) {
    var comparison = comparison()
    comparison.take(record("A", standing))
    comparison.end(before: [standing: Amount(100)], after: [standing: Amount(100)], gaps: [])
    #expect(comparison.result.notListed.count == count)
  }

  @Test(arguments: [(Int64(600_000), 1), (120_000, 1), (119_999, 0), (0, 0)])
  func aYoungRecordMayBeUnlisted(_ ageMS: Int64, _ count: Int) {
    var comparison = comparison()
    comparison.take(record("A", ageMS: ageMS))
    #expect(comparison.result.notListed.count == count && comparison.result.young == 1 - count)
  }

  @Test(arguments: [
    (100, 100, true), (0, 100, true), (0, 200, true), (101, 100, false), (101, 200, false), (0, 99, false),
  ])
  func potsHoldWhatThePaymentsAddUpTo(_ before: UInt64, _ after: UInt64, _ isRight: Bool) {
    var comparison = comparison()
    _ = comparison.take(line("A"), isKnown: true)
    comparison.take(record("A"))
    comparison.end(before: [.sold: Amount(UInt128(before))], after: [.sold: Amount(UInt128(after))], gaps: [])
    #expect((comparison.result.sumTrouble == nil) == isRight && comparison.result.isExplained == isRight)
  }

  @Test func aSecondLineMayTellTheAmount() {
    var comparison = comparison()
    let open = [line("A", nil), line("A", 101)].filter { comparison.take($0, isKnown: true) }
    #expect(open.isEmpty)
    comparison.take(record("A"))
    #expect(comparison.result.listed.count == 1 && comparison.result.differing == 1)
  }

  @Test func countsAreExactWhereNamesAreBounded() {
    var comparison = comparison(naming: 2)
    for number in 0..<9 where comparison.take(line("P\(number)"), isKnown: false) {
      comparison.lacks(line("P\(number)").id, Amount(100))
    }
    comparison.lacks(line("D").id, Amount(9))
    let result = comparison.result
    #expect(result.missing.count == 9 && result.missing.sum == Amount(900) && result.missing.named.count == 2)
    #expect(result.dust.count == 1)
  }

  @Test func aSumTooLargeIsNoNumber() {
    var comparison = comparison()
    for name in ["A", "B"] { comparison.lacks(line(name).id, Amount(.max)) }
    #expect(comparison.result.missing.sum == nil && comparison.result.words?.contains("more than") == true)
  }
}
