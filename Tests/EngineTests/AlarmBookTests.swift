import Primitives
import Testing

@testable import Engine

@Suite("Alarm book") struct AlarmBookTests {
  private static let dayMS: Int64 = 86_400_000

  /// Facts of a moment, `minute` minutes into the day `day`.
  private func facts(_ day: Int, _ minute: Int, _ change: (inout AlarmFacts) -> Void = { _ in }) -> AlarmFacts {
    var facts = AlarmFacts(
      nowMS: Int64(day) * Self.dayMS + Int64(minute) * 60_000,
      localDay: day,
      localMinute: minute
    )
    change(&facts)
    return facts
  }

  /// A book past the morning and the test of its first day.
  private func bookAfterMorning() -> AlarmBook {
    var book = AlarmBook()
    #expect(book.look(facts(100, 600)).map(\.word) == [.test])
    return book
  }

  @Test func aTroubleIsToldOnceAndItsEndOnce() {
    var book = bookAfterMorning()
    let first = book.look(facts(100, 700) { $0.diskTrouble = "full" })
    #expect(first.map(\.word) == [.raised] && first.first?.severity == .now)
    #expect(first.first?.next == "coinslot doctor" && first.first?.text.contains("full") == true)
    #expect(book.look(facts(100, 701) { $0.diskTrouble = "fuller" }).isEmpty)
    let end = book.look(facts(100, 702))
    #expect(end.map(\.word) == [.over] && end.first?.next == "")
    #expect(book.look(facts(100, 703)).isEmpty && book.alarms.isEmpty)
  }

  @Test func whatLastsIsRepeatedEveryDay() {
    var book = bookAfterMorning()
    #expect(book.look(facts(100, 700) { $0.clockTrouble = "x" }).count == 1)
    #expect(book.look(facts(101, 699) { $0.clockTrouble = "x" }).map(\.word) == [.test])
    #expect(book.look(facts(101, 700) { $0.clockTrouble = "x" }).map(\.word) == [.reminder])
    #expect(book.look(facts(101, 701) { $0.clockTrouble = "x" }).isEmpty)
  }

  @Test func aClockSetBackSilencesNothingForEver() {
    var book = bookAfterMorning()
    _ = book.look(facts(100, 700) { $0.clockTrouble = "x" })
    #expect(book.look(facts(90, 700) { $0.clockTrouble = "x" }).map(\.word) == [.reminder, .test])
  }

  @Test func aSourceIsToldAfterFiveMinutesOnly() {
    var book = bookAfterMorning()
    let ill: (inout AlarmFacts) -> Void = { $0.sources = ["nano:live": "no answer"] }
    #expect(book.look(facts(100, 700, ill)).isEmpty)
    #expect(book.look(facts(100, 704, ill)).isEmpty)
    let told = book.look(facts(100, 705, ill))
    #expect(told.map(\.word) == [.raised] && told.first?.title == "source: nano:live")
  }

  @Test func aSourceThatRecoversInTimeIsNeverTold() {
    var book = bookAfterMorning()
    #expect(book.look(facts(100, 700) { $0.sources = ["nano:live": "x"] }).isEmpty)
    #expect(book.look(facts(100, 703)).isEmpty)
    #expect(book.look(facts(100, 706) { $0.sources = ["nano:live": "x"] }).isEmpty)
  }

  @Test func whatCanWaitIsToldInTheMorning() {
    var book = bookAfterMorning()
    let away: (inout AlarmFacts) -> Void = { $0.away = ["charger-1": 0] }
    #expect(book.look(facts(100, 1_300, away)).isEmpty)
    #expect(book.look(facts(101, 479, away)).isEmpty)
    let told = book.look(facts(101, 480, away))
    #expect(told.map(\.word) == [.raised] && told.first?.severity == .morning)
    #expect(told.first?.next == "coinslot device ping charger-1")
    #expect(book.look(facts(101, 481, away)).isEmpty)
    #expect(book.look(facts(102, 485, away)).map(\.word) == [.reminder])
  }

  @Test func aNightThatEndedWellWakesNobody() {
    var book = bookAfterMorning()
    #expect(book.look(facts(100, 1_300) { $0.away = ["a": 0] }).isEmpty)
    #expect(book.look(facts(101, 480)).isEmpty)
  }

  @Test func theTestComesOnceADayAtItsHour() {
    var book = AlarmBook()
    #expect(book.look(facts(100, 539)).isEmpty)
    #expect(book.look(facts(100, 540)).map(\.word) == [.test])
    #expect(book.look(facts(100, 541)).isEmpty)
    #expect(book.look(facts(101, 100)).isEmpty)
    #expect(book.look(facts(101, 540)).map(\.word) == [.test])
  }

  @Test func aRestartNeitherRepeatsNorForgets() {
    var book = bookAfterMorning()
    _ = book.look(facts(100, 700) { $0.diskTrouble = "full \"quoted\" ü" })
    var again = AlarmBook(text: book.text)
    #expect(again == book)
    #expect(again.look(facts(100, 701) { $0.diskTrouble = "full" }).isEmpty)
    #expect(again.look(facts(100, 702)).map(\.word) == [.over])
  }

  @Test(arguments: ["", "{}", "nonsense", "{\"raised\":[{\"kind\":\"unheard of\"}]}"])
  func aBookThatCannotBeReadTellsAgain(_ text: String) {
    var book = AlarmBook(text: text)
    #expect(book.look(facts(100, 700) { $0.diskTrouble = "x" }).map(\.word) == [.raised, .test])
  }

  @Test func aLedgerThatCannotBeReadEndsNoAlarmOfItsOwn() {
    var book = bookAfterMorning()
    _ = book.look(facts(100, 700) { $0.quarantined = ["a"] })
    // The ledger itself is told once it has been ill for a moment.
    #expect(book.look(facts(100, 701) { $0.ledgerTrouble = "disk I/O" }).isEmpty)
    #expect(book.look(facts(100, 702) { $0.ledgerTrouble = "disk I/O" }).map(\.word) == [.raised])
    #expect(book.look(facts(100, 703) { $0.quarantined = ["a"] }).map(\.title) == ["over: ledger"])
  }

  /// The ages at which something becomes an alarm, and the moment before.
  @Test func agesAreCounted() {
    let now: Int64 = 1_000 * Self.dayMS
    func kinds(_ change: (inout AlarmFacts) -> Void) -> [Alarm.Kind] {
      var facts = AlarmFacts(nowMS: now, localDay: 1, localMinute: 0)
      change(&facts)
      return facts.alarms.map(\.kind)
    }
    #expect(kinds { _ in } == [])
    #expect(kinds { $0.unknown = .init(count: 1, oldestMS: now - 600_001) } == [.unknown])
    #expect(kinds { $0.unknown = .init(count: 1, oldestMS: now - 600_000) } == [])
    #expect(kinds { $0.refundDue = .init(count: 2, oldestMS: now - 600_001) } == [.refundDue])
    #expect(kinds { $0.refundDue = .init(count: 0, oldestMS: nil) } == [])
    #expect(kinds { $0.overdueSinceMS = now - 120_001 } == [.behind])
    #expect(kinds { $0.overdueSinceMS = now - 120_000 } == [])
    #expect(kinds { $0.away = ["a": now - 3_600_001] } == [.deviceAway])
    #expect(kinds { $0.away = ["a": now - 3_600_000] } == [])
    let backupMS: Int64 = 26 * 3_600_000
    #expect(kinds { $0.ledgerSinceMS = now - backupMS - 1 } == [.backup])
    #expect(kinds { $0.ledgerSinceMS = now - backupMS } == [])
    #expect(
      kinds {
        $0.ledgerSinceMS = 0
        $0.lastBackupMS = now - backupMS
      } == []
    )
    #expect(
      kinds {
        $0.ledgerSinceMS = 0
        $0.lastBackupMS = now - backupMS - 1
      } == [.backup]
    )
    #expect(kinds { $0.certificateEndsMS = now + 14 * Self.dayMS } == [])
    #expect(kinds { $0.certificateEndsMS = now + 14 * Self.dayMS - 1 } == [.certificate])
    #expect(kinds { $0.certificateEndsMS = now - 1 } == [.certificate])
    #expect(kinds { $0.sums = ["nano_1": "0.1 XNO"] } == [.sum])
    #expect(kinds { $0.contradictions = ["pay_1"] } == [.contradiction])
  }

  @Test(arguments: Alarm.Kind.allCases) func eachNamesTheNextCommand(_ kind: Alarm.Kind) {
    #expect(kind.next("x").contains("coinslot "))
    let notice = AlarmNotice(.raised, Alarm(kind, subject: "x", "Words."))
    let json = notice.json(merged: 2)
    #expect(json["next"]?.string == kind.next("x") && json["severity"]?.string == kind.severity.rawValue)
    #expect(json["text"]?.string == "Words." && json["merged"]?.int == 2)
  }

  @Test func theBookIsBounded() {
    var book = AlarmBook()
    let many = (0..<2_000).map { "pay_\($0)" }
    let notices = book.look(facts(100, 0) { $0.contradictions = many })
    #expect(notices.count == AlarmBook.most && book.alarms.count == AlarmBook.most)
  }
}
