/// How things stand at one look, as far as alarms care; gathered by the server, judged here.
package struct AlarmFacts: Sendable {
  /// Now, wall-clock milliseconds.
  package let nowMS: Int64
  /// The operator's calendar day, counted from any fixed day, and the minute of that day.
  package let localDay: Int, localMinute: Int

  /// Payments that were told with other facts within the last day, by their names.
  package var contradictions: [String] = []
  /// Devices in quarantine.
  package var quarantined: [String] = []
  /// Why the ledger cannot be used; nil where it can.
  package var ledgerTrouble: String?
  /// The moment by which the most overdue work should have been offered; nil where none is overdue.
  package var overdueSinceMS: Int64?
  /// Sales that ended `unknown` and wait for a person: how many, and the oldest.
  package var unknown = Waiting()
  /// Sales that wait for a refund.
  package var refundDue = Waiting()
  /// Chains that cannot be trusted and have an open slot, with the reason.
  package var sources: [String: String] = [:]
  /// Why nothing is sold for lack of space.
  package var diskTrouble: String?
  /// Why nothing is sold for the clock.
  package var clockTrouble: String?
  /// Devices that something is sold on and that are away, with the moment they were last seen.
  package var away: [String: Int64] = [:]
  /// The newest backup; nil where none was ever made.
  package var lastBackupMS: Int64?
  /// Since when this ledger has something to lose; nil where it has not.
  package var ledgerSinceMS: Int64?
  /// Accounts whose sum differs from what the node says, with the difference in words.
  package var sums: [String: String] = [:]
  /// When the certificate ends; nil where there is none.
  package var certificateEndsMS: Int64?

  /// Sales that wait for a person.
  package struct Waiting: Hashable, Sendable {
    /// How many.
    package var count = 0
    /// Since when the oldest waits, wall-clock milliseconds.
    package var oldestMS: Int64?

    /// So many, since then.
    package init(count: Int = 0, oldestMS: Int64? = nil) {
      self.count = count
      self.oldestMS = oldestMS
    }
  }

  /// The facts of a moment in which all is well.
  package init(nowMS: Int64, localDay: Int, localMinute: Int) {
    self.nowMS = nowMS
    self.localDay = localDay
    self.localMinute = localMinute
  }
}

extension AlarmFacts {
  /// Work may be this late before it is told, milliseconds.
  static let overdueMS: Int64 = 120_000
  /// A sale may wait this long, milliseconds.
  static let waitingMS: Int64 = 600_000
  /// A machine may be away this long, milliseconds.
  static let awayMS: Int64 = 3_600_000
  /// A backup may be this old, milliseconds.
  static let backupMS: Int64 = 26 * 3_600_000
  /// A certificate must last this long, milliseconds.
  static let certificateMS: Int64 = 14 * 86_400_000

  /// Everything that is wrong now.
  var alarms: [Alarm] {
    var alarms: [Alarm] = []
    for id in contradictions {
      alarms.append(
        Alarm(.contradiction, subject: id, "A payment was told a second time with other facts; nothing was changed.")
      )
    }
    for id in quarantined {
      alarms.append(
        Alarm(.quarantine, subject: id, "The device looks copied, rolled back or met an older ledger; it gets no work.")
      )
    }
    if let ledgerTrouble {
      alarms.append(Alarm(.ledger, "The ledger cannot be used, so nothing is recorded or sold: \(ledgerTrouble)"))
    }
    if let since = overdueSinceMS, nowMS - since > Self.overdueMS {
      alarms.append(Alarm(.behind, "Paid work has been waiting \(minutes(since)) min longer than it may."))
    }
    if unknown.count > 0, let since = unknown.oldestMS, nowMS - since > Self.waitingMS {
      alarms.append(
        Alarm(.unknown, "\(unknown.count) sale(s) ended without anybody knowing whether the machine ran.")
      )
    }
    if refundDue.count > 0, let since = refundDue.oldestMS, nowMS - since > Self.waitingMS {
      alarms.append(Alarm(.refundDue, "\(refundDue.count) sale(s) got nothing for their money; a refund is due."))
    }
    for (chain, why) in sources.sorted(by: { $0.key < $1.key }) {
      alarms.append(Alarm(.source, subject: chain, "Nothing is sold over this network: \(why)"))
    }
    if let diskTrouble { alarms.append(Alarm(.disk, "Nothing is sold: \(diskTrouble)")) }
    if let clockTrouble { alarms.append(Alarm(.clock, "Nothing is sold: \(clockTrouble)")) }
    return alarms + forTheMorning
  }

  private var forTheMorning: [Alarm] {
    var alarms: [Alarm] = []
    for (device, seen) in away.sorted(by: { $0.key < $1.key }) where nowMS - seen > Self.awayMS {
      alarms.append(Alarm(.deviceAway, subject: device, "The device has been away for \(hours(seen)) h."))
    }
    if let since = ledgerSinceMS, nowMS - max(since, lastBackupMS ?? since) > Self.backupMS {
      let words = lastBackupMS.map { "The newest backup is \(hours($0)) h old." } ?? "There is no backup yet."
      alarms.append(Alarm(.backup, words))
    }
    for (account, words) in sums.sorted(by: { $0.key < $1.key }) {
      alarms.append(Alarm(.sum, subject: account, "The ledger and the node disagree: \(words)"))
    }
    if let end = certificateEndsMS, end - nowMS < Self.certificateMS {
      let days = (end - nowMS) / 86_400_000
      alarms.append(
        Alarm(.certificate, end <= nowMS ? "The certificate has ended." : "The certificate ends in \(days) day(s).")
      )
    }
    return alarms
  }

  private func minutes(_ since: Int64) -> Int64 { (nowMS - since) / 60_000 }
  private func hours(_ since: Int64) -> Int64 { (nowMS - since) / 3_600_000 }
}
