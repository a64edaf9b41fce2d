import Testing

@testable import Engine

@Suite("Alarm queue") struct AlarmQueueTests {
  private func notice(_ kind: Alarm.Kind, _ subject: String = "") -> AlarmNotice {
    AlarmNotice(.raised, Alarm(kind, subject: subject, "Words about \(subject)."))
  }

  @Test func aMessageThatArrivesIsGone() throws {
    var queue = AlarmQueue()
    queue.add(.test, nowMS: 1_000)
    let message = try #require(queue.due(nowMS: 1_000))
    queue.arrived(message)
    #expect(queue.count == 0 && queue.due(nowMS: 9_000_000) == nil && queue.dueMS == nil && queue.lost == 0)
  }

  @Test func aMessageThatFailsIsTriedAgainLaterAndLater() throws {
    var queue = AlarmQueue()
    queue.add(.test, nowMS: 0)
    var now: Int64 = 0
    var pauses: [Int64] = []
    for _ in 0..<10 {
      let message = try #require(queue.due(nowMS: now))
      #expect(queue.failed(message, nowMS: now) == false)
      let due = try #require(queue.dueMS)
      #expect(queue.due(nowMS: due - 1) == nil)
      pauses.append(due - now)
      now = due
    }
    #expect(pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600].map { $0 * 1_000 })
  }

  @Test func afterADayItIsGivenUpAndCounted() throws {
    var queue = AlarmQueue()
    queue.add(.test, nowMS: 0)
    let message = try #require(queue.due(nowMS: 0))
    #expect(queue.failed(message, nowMS: AlarmQueue.lifeMS - 1) == false)
    let later = try #require(queue.due(nowMS: 2 * AlarmQueue.lifeMS))
    #expect(queue.failed(later, nowMS: AlarmQueue.lifeMS) == true)
    #expect(queue.count == 0 && queue.lost == 1)
  }

  @Test func oneThatFailsHoldsNoOtherUp() throws {
    var queue = AlarmQueue()
    queue.add(notice(.disk), nowMS: 0)
    queue.add(notice(.clock), nowMS: 1)
    let first = try #require(queue.due(nowMS: 1))
    #expect(first.notice.topic == "disk")
    _ = queue.failed(first, nowMS: 1)
    #expect(queue.due(nowMS: 1)?.notice.topic == "clock")
  }

  @Test func aFullQueueMergesTheOldestOfAKind() throws {
    var queue = AlarmQueue()
    queue.add(notice(.disk), nowMS: 0)
    for n in 1..<AlarmQueue.most { queue.add(notice(.contradiction, "pay_\(n)"), nowMS: Int64(n)) }
    #expect(queue.count == AlarmQueue.most)
    queue.add(notice(.contradiction, "newest"), nowMS: 1_000)
    queue.add(notice(.contradiction, "newer"), nowMS: 1_001)
    #expect(queue.count == AlarmQueue.most && queue.lost == 0)
    #expect(queue.due(nowMS: 0)?.notice.topic == "disk", "what is of another kind stays")
    while let message = queue.due(nowMS: 1_001) {
      if message.notice.text.contains("newest") { #expect(message.merged == 1) }
      #expect(!message.notice.text.contains("pay_1.") && !message.notice.text.contains("pay_2."))
      queue.arrived(message)
    }
  }

  @Test func whereNothingCanBeMergedTheLeastUrgentGoes() {
    var queue = AlarmQueue()
    for n in 0..<(AlarmQueue.most - 1) { queue.add(notice(.contradiction, "pay_\(n)"), nowMS: Int64(n)) }
    queue.add(notice(.backup), nowMS: 99)
    queue.add(notice(.disk), nowMS: 100)
    #expect(queue.count == AlarmQueue.most && queue.lost == 1)
    var topics: Set<String> = []
    while let message = queue.due(nowMS: 200) {
      topics.insert(message.notice.topic)
      queue.arrived(message)
    }
    #expect(topics == ["contradiction", "disk"])
  }
}
